import { QueryKeys } from '../../../src/stores/query-keys.js';
import type { LookUpQuery } from '../../../src/stores/revocation-store.js';

const textOf = ({ subject, sid, jti }: LookUpQuery) => `${subject} ${sid} ${jti}`;

function counted() {
  const made: string[] = [];
  const keys = new QueryKeys((query) => {
    made.push(textOf(query));
    return textOf(query);
  });
  return { made, keys };
}

describe('The keys of queries', () => {
  it('are made once for equal queries', () => {
    const { made, keys } = counted();
    for (let time = 0; time < 3; time++) expect(keys.of({ subject: 'a', sid: 'b', jti: 'c' })).toBe('a b c');
    expect(made).toHaveLength(1);
  });

  it.each<[string, LookUpQuery, LookUpQuery]>([
    ['a jti', { subject: 'a', sid: 'b', jti: 'x' }, { subject: 'a', sid: 'c', jti: 'x' }],
    ['a jti of two subjects', { subject: 'a', sid: null, jti: 'x' }, { subject: 'b', sid: null, jti: 'x' }],
    [
      'a jti that is the sid of the other',
      { subject: 'a', sid: null, jti: 'x' },
      { subject: 'a', sid: 'x', jti: null },
    ],
    ['a sid of two subjects', { subject: 'a', sid: 'x', jti: null }, { subject: 'b', sid: 'x', jti: null }],
    ['a subject that is a jti', { subject: 'x', sid: null, jti: null }, { subject: 'a', sid: null, jti: 'x' }],
  ])('are those of each query, although two of them share %s', (_name, one, other) => {
    const { keys } = counted();
    for (const query of [one, other, one, other]) expect(keys.of(query)).toBe(textOf(query));
  });

  it('are those of a query that has changed since', () => {
    const { keys } = counted();
    const query = { subject: 'a', sid: 'b' as string | null, jti: 'c' };
    keys.of(query);
    query.sid = null;
    expect(keys.of(query)).toBe('a null c');
    expect(keys.of({ subject: 'a', sid: 'b', jti: 'c' })).toBe('a b c');
  });

  it('are held for a thousand queries, and not for a long jti', () => {
    const { made, keys } = counted();
    const ask = (jti: string) => keys.of({ subject: 'a', sid: null, jti });
    for (let index = 0; index <= 1000; index++) ask(`${index}`);
    made.length = 0;
    for (const jti of ['1000', '0']) ask(jti);
    expect(made).toEqual(['a null 0']);
    for (let time = 0; time < 2; time++) ask('x'.repeat(129));
    expect(made).toHaveLength(3);
  });
});
