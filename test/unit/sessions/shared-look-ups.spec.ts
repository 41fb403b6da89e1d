import { jest } from '@jest/globals';
import { MemoryRevocationStore, RevocationUnavailableException } from 'nestjs-jwt-extended';
import type { LookUp, LookUpQuery } from 'nestjs-jwt-extended/store';
import { RevocationEvents } from '../../../src/sessions/revocation-events.js';
import { StoreClient } from '../../../src/sessions/store-client.js';
import { useFakeTime } from '../../support/fake-time.js';

const TIMEOUT = 300;
const time = useFakeTime();
const query = (jti: string): LookUpQuery => ({ subject: 'alice', sid: null, jti });
const answerTo = ({ jti }: LookUpQuery): LookUp => ({
  session: null,
  denied: jti?.startsWith('denied') ?? false,
  cutOff: null,
});

/** A store that takes some milliseconds for a round trip, and records what it was asked. */
class SlowStore extends MemoryRevocationStore {
  override lookUpsAtOnce = 4;
  readonly asked: string[][] = [];
  answer: (query: LookUpQuery) => unknown = answerTo;
  pause = 10;

  override lookUp(one: LookUpQuery): LookUp {
    this.asked.push([one.jti ?? '']);
    return time.after(this.pause, null).then(() => this.answer(one)) as never;
  }

  override async lookUpMany(queries: readonly LookUpQuery[]): Promise<LookUp[]> {
    this.asked.push(queries.map(({ jti }) => jti ?? ''));
    await time.after(this.pause, null);
    return queries.map((one) => this.answer(one) as LookUp);
  }
}

function clientOf(store = new SlowStore()) {
  const types: string[] = [];
  const events = new RevocationEvents();
  events.subscribe(({ type }) => types.push(type));
  const client = new StoreClient(store, TIMEOUT, events);
  return { store, types, client, ask: async (jti: string) => client.lookUp(query(jti), false) };
}

async function after<T>(milliseconds: number, pending: Promise<T>): Promise<T> {
  void pending.catch(() => undefined);
  await time.pass(milliseconds);
  return pending;
}

describe('Look-ups that share a round trip', () => {
  it('are those that are asked in one turn of the event loop', async () => {
    const { store, ask } = clientOf();
    const answers = await after(10, Promise.all([ask('a'), ask('denied'), ask('b')]));
    expect(store.asked).toEqual([['a', 'denied', 'b']]);
    expect(answers.map(({ denied }) => denied)).toEqual([false, true, false]);
  });

  it('are those that are asked while another one is under way, until it comes back', async () => {
    const { store, ask } = clientOf();
    store.pause = 0.5;
    const first = ask('a');
    await time.pass(0);
    const others = Promise.all([ask('b'), Promise.resolve().then(() => ask('c'))]);
    await after(20, first);
    await others;
    expect(store.asked).toEqual([['a'], ['b', 'c']]);
  });

  it('wait for one that is slow no longer than a millisecond', async () => {
    const { store, ask } = clientOf();
    const first = ask('a');
    await time.pass(0);
    const others = [ask('b'), ask('c')];
    await time.pass(0);
    expect(store.asked).toEqual([['a']]);
    await time.pass(1);
    expect(store.asked).toEqual([['a'], ['b', 'c']]);
    await after(20, Promise.all([first, ...others]));
  });

  it('do not include one that is asked alone: it is sent at once', async () => {
    const { store, ask } = clientOf();
    for (const jti of ['a', 'b']) {
      const asking = ask(jti);
      await new Promise(process.nextTick);
      expect(store.asked.pop()).toEqual([jti]);
      await after(10, asking);
    }
  });

  it('are as many as the store takes at once', async () => {
    const { store, ask } = clientOf();
    await after(50, Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(ask)));
    expect(store.asked.map(({ length }) => length)).toEqual([4, 2]);
  });

  it('ask equal questions once', async () => {
    const { store, ask } = clientOf();
    const answers = await after(10, Promise.all(['denied', 'a', 'denied', 'denied'].map(ask)));
    expect(store.asked).toEqual([['denied', 'a']]);
    expect(answers.map(({ denied }) => denied)).toEqual([true, false, true, true]);
  });

  it('answer no question by a read that began before it was asked', async () => {
    const { store, ask } = clientOf();
    const before = ask('a');
    await time.pass(5);
    store.answer = () => ({ session: null, denied: true, cutOff: null });
    const later = ask('a');
    await time.pass(20);
    await before;
    expect((await later).denied).toBe(true);
    expect(store.asked).toEqual([['a'], ['a']]);
  });

  it('all fail if the store fails, each with an exception of its own', async () => {
    const { store, ask, types } = clientOf();
    const cause = new Error('no connection');
    store.answer = () => {
      throw cause;
    };
    const results = await after(10, Promise.allSettled([ask('a'), ask('b')]));
    const errors = results.map((result) => (result as PromiseRejectedResult).reason as Error);
    expect(errors).toEqual([expect.any(RevocationUnavailableException), expect.any(RevocationUnavailableException)]);
    expect(errors.map((error) => error.cause)).toEqual([cause, cause]);
    expect(errors[0]).not.toBe(errors[1]);
    expect(types).toEqual(['store-unavailable']);
  });

  it.each([
    ['no list', () => ({})],
    ['too few answers', () => [answerTo(query('a'))]],
    ['nothing', () => undefined],
  ])('all fail if the store returns %s', async (_name, answer) => {
    const { store, ask } = clientOf();
    jest.spyOn(store, 'lookUpMany').mockImplementation(answer as never);
    const results = await after(10, Promise.allSettled([ask('a'), ask('b')]));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('fail alone if only one answer is malformed', async () => {
    const { store, ask } = clientOf();
    store.answer = (one) => (one.jti === 'a' ? { session: null, denied: 'no', cutOff: null } : answerTo(one));
    const results = await after(10, Promise.allSettled([ask('a'), ask('b')]));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  it('end within the timeout if the store hangs, also those that waited', async () => {
    const { store, ask } = clientOf();
    store.pause = 100_000;
    const refused: string[] = [];
    const asking = async (jti: string) => ask(jti).catch(() => refused.push(jti));
    const all = [asking('a'), asking('b')];
    await time.pass(1);
    all.push(asking('c'));
    await time.pass(TIMEOUT - 2);
    expect(refused).toEqual([]);
    await time.pass(1);
    expect(refused).toEqual(['a', 'b']);
    await time.pass(1);
    expect(refused).toEqual(['a', 'b', 'c']);
    await Promise.all(all);
  });

  it('do not exist with a store that answers at once', () => {
    const store = new MemoryRevocationStore();
    const client = new StoreClient(store, TIMEOUT, new RevocationEvents());
    expect(client.lookUp(query('a'), false)).toEqual(answerTo(query('a')));
  });
});
