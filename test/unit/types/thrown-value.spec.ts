import { causeOfThrown, messageOfThrown, textOfThrown } from '../../../src/types/thrown-value.js';
import { forge } from '../../support/forge.js';
import { THROWN_VALUES } from '../../e2e/application-code/thrown-values.mjs';

describe('the text of a thrown value', () => {
  it.each(Object.entries(THROWN_VALUES))('is a text for %s', (_what, make) => {
    for (const read of [textOfThrown, messageOfThrown]) expect(typeof read(make())).toBe('string');
    expect(['object', 'string']).toContain(typeof causeOfThrown(make()));
  });

  it('is the name and the message of an error, and the text of another value', () => {
    expect(textOfThrown(new TypeError('no mail'))).toBe('TypeError: no mail');
    expect(messageOfThrown(new TypeError('no mail'))).toBe('no mail');
    expect(messageOfThrown({ message: 'no mail' })).toBe('no mail');
    expect(causeOfThrown(new Error('a', { cause: new Error('b') }))).toBe('b');
    expect([textOfThrown('no mail'), messageOfThrown(undefined), causeOfThrown(7)]).toEqual([
      'no mail',
      'undefined',
      null,
    ]);
  });

  it('has no token', () => {
    const token = forge();
    const [head = ''] = token.split('.');
    for (const text of [token, `Bearer ${token}`, `"${token}",`, token.slice(0, -5), `${head}.`, `(${token})`]) {
      for (const thrown of [new Error(`no user for ${text}`), `no user for ${text}`, { message: text }]) {
        expect(textOfThrown(thrown)).not.toContain(head);
        expect(messageOfThrown(thrown)).not.toContain(head);
      }
    }
    expect(textOfThrown('eyes.on the.road')).toBe('eyes.on the.road');
  });

  it('has at most a thousand characters', () => {
    expect(textOfThrown('a'.repeat(1_000_000))).toHaveLength(1001);
  });
});
