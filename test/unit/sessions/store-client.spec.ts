import { jest } from '@jest/globals';
import { MemoryRevocationStore, RevocationUnavailableException } from 'nestjs-jwt-extended';
import { RevocationEvents } from '../../../src/sessions/revocation-events.js';
import type { RevocationEvent } from '../../../src/types/revocation-event.js';
import { StoreClient } from '../../../src/sessions/store-client.js';
import { useFakeTime } from '../../support/fake-time.js';
import { errorOf } from '../../support/token-service.js';

const TIMEOUT = 300;
const time = useFakeTime();
const never = () => new Promise<never>(() => {});
const isValid = (answer: unknown) => answer !== 'garbage';
const fine = { isValid, isLate: (answer: unknown) => answer === 'late' };

/** A client of a store with the clock and the calls of the test. */
function clientOf(now: () => number | Promise<number> = Date.now) {
  const store = Object.assign(new MemoryRevocationStore(), { now });
  const events = new RevocationEvents();
  const reported: RevocationEvent[] = [];
  events.subscribe((event) => reported.push(event));
  const types = () => reported.map(({ type }) => type);
  return { client: new StoreClient(store, TIMEOUT, events), reported, types };
}

describe('A read', () => {
  it('returns no promise if the store returns none', () => {
    expect(clientOf().client.read(() => 'answer', isValid)).toBe('answer');
  });

  it('throws at once if the store throws at once, with the cause', () => {
    const cause = new Error('no disk');
    const work = () => {
      throw cause;
    };
    expect(() => clientOf().client.read(work, isValid)).toThrow(RevocationUnavailableException);
    expect(() => clientOf().client.read(work, isValid)).toThrow(expect.objectContaining({ cause }));
  });

  it('rejects with the cause if the store rejects', async () => {
    const cause = new Error('no connection');
    const error = await errorOf(() => clientOf().client.read(() => Promise.reject(cause), isValid));
    expect(error).toBeInstanceOf(RevocationUnavailableException);
    expect(error?.cause).toBe(cause);
  });

  it('ends in time if the store hangs', async () => {
    const refused = jest.fn();
    const reading = errorOf(() => clientOf().client.read(never, isValid)).finally(refused);
    await time.pass(TIMEOUT - 1);
    expect(refused).not.toHaveBeenCalled();
    await time.pass(1);
    const error = await reading;
    expect(error).toBeInstanceOf(RevocationUnavailableException);
    expect((error?.cause as Error).message).toBe(`The store did not answer within ${TIMEOUT} ms.`);
  });

  it('that fails after the timeout has no effect', async () => {
    const { client, types } = clientOf();
    const late = () => time.after(TIMEOUT + 20, 'late').then(() => Promise.reject(new Error('much later')));
    const reading = errorOf(() => client.read(late, isValid));
    await time.pass(TIMEOUT);
    await reading;
    expect(await client.read(() => 'fine', isValid)).toBe('fine');
    await time.pass(40);
    expect(types()).toEqual(['store-unavailable', 'store-available']);
  });

  it('that is answered after the timeout does not make the store available', async () => {
    const { client, types } = clientOf();
    const reading = errorOf(() => client.read(() => time.after(TIMEOUT + 20, 'late'), isValid));
    await time.pass(TIMEOUT);
    await reading;
    await time.pass(40);
    expect(types()).toEqual(['store-unavailable']);
  });

  it('waits for promises of another library', async () => {
    const foreign = { then: (resolve: (value: string) => void) => setTimeout(() => resolve('answer'), 5) };
    const reading = clientOf().client.read(() => foreign as unknown as Promise<string>, isValid);
    await time.pass(5);
    expect(await reading).toBe('answer');
  });
});

describe('A write', () => {
  it('has a deadline in the store’s clock before the timeout, even if the clocks differ', async () => {
    const { client } = clientOf(() => 1_000_000);
    const deadline = await client.write('alice', (_, until) => until, fine);
    expect(deadline).toBeGreaterThan(1_000_000);
    expect(deadline).toBeLessThanOrEqual(1_000_000 + TIMEOUT);
  });

  it('has less time if reading the clock took longer', async () => {
    const { client } = clientOf(() => time.after(60, 1_000_000));
    const writing = client.write('alice', (_, until) => until, fine);
    await time.pass(60);
    expect(await writing).toBe(1_000_000 + TIMEOUT - 60);
  });

  it('does not read the clock again within half a minute', async () => {
    const now = jest.fn(() => 1_000_000);
    const { client } = clientOf(now);
    await client.write('alice', () => 'done', fine);
    await time.pass(30_000);
    const deadline = await client.write('alice', (_, until) => until, fine);
    expect(now).toHaveBeenCalledTimes(1);
    expect(deadline).toBe(1_030_000 + TIMEOUT);
  });

  it('reads the clock again after half a minute', async () => {
    const now = jest.fn(() => 1_000_000);
    const { client } = clientOf(now);
    await client.write('alice', () => 'done', fine);
    await time.pass(30_001);
    await client.write('alice', () => 'done', fine);
    expect(now).toHaveBeenCalledTimes(2);
  });

  it('reads the clock again after a failure, because another server may answer', async () => {
    const now = jest.fn(() => 1_000_000);
    const { client } = clientOf(now);
    await client.write('alice', () => 'done', fine);
    await errorOf(() => client.read(() => Promise.reject(new Error('fail-over')), isValid));
    await client.write('alice', () => 'done', fine);
    expect(now).toHaveBeenCalledTimes(2);
  });

  it('is sent once more with a new time of the store if it was late', async () => {
    const times = [1_000_000, 2_000_000];
    const { client, types } = clientOf(() => times.shift() as number);
    const deadlines: number[] = [];
    const result = await client.write(
      'alice',
      (_, until) => {
        deadlines.push(until);
        return until < 2_000_000 ? 'late' : 'done';
      },
      fine,
    );
    expect(result).toBe('done');
    expect(deadlines).toHaveLength(2);
    expect(types()).toEqual([]);
  });

  it('fails if it was late twice', async () => {
    const work = jest.fn(() => 'late');
    const { client, types } = clientOf();
    expect(await errorOf(() => client.write('alice', work, fine))).toBeInstanceOf(RevocationUnavailableException);
    expect(work).toHaveBeenCalledTimes(2);
    expect(types()).toEqual(['store-unavailable']);
  });

  it('is sent again only within the timeout', async () => {
    const { client } = clientOf(() => time.after(TIMEOUT * 0.4, 1_000_000));
    const writing = errorOf(() => client.write('alice', () => time.after(TIMEOUT * 0.4, 'late'), fine));
    await time.pass(TIMEOUT);
    const error = await writing;
    expect(error).toBeInstanceOf(RevocationUnavailableException);
    expect((error?.cause as Error).message).toBe(`The store did not answer within ${TIMEOUT} ms.`);
  });

  it('ends in time without a write if the store does not return its time', async () => {
    const work = jest.fn(() => 'done');
    const writing = errorOf(() => clientOf(never).client.write('alice', work, fine));
    await time.pass(TIMEOUT);
    expect(await writing).toBeInstanceOf(RevocationUnavailableException);
    expect(work).not.toHaveBeenCalled();
  });
});

describe('A malformed result', () => {
  const garbage = ['garbage', Promise.resolve('garbage')];

  it('is an error of a read and of a write', async () => {
    for (const answer of garbage) {
      for (const call of [
        () => clientOf().client.read(() => answer, isValid),
        () => clientOf().client.write('alice', () => answer, fine),
      ]) {
        const error = await errorOf(call);
        expect(error).toBeInstanceOf(RevocationUnavailableException);
        expect((error?.cause as Error).message).toBe('The store returned a malformed result.');
      }
    }
  });

  it.each([NaN, Infinity, '1', null, undefined, {}])('%p of now() prevents the write', async (time) => {
    const work = jest.fn(() => 'done');
    const error = await errorOf(() => clientOf(() => time as number).client.write('alice', work, fine));
    expect(error).toBeInstanceOf(RevocationUnavailableException);
    expect(work).not.toHaveBeenCalled();
  });
});

describe('The state of a store', () => {
  const failing = () => Promise.reject(new Error('no connection'));

  it('is reported once per change, not once per request', async () => {
    const { client, reported, types } = clientOf();
    for (let outage = 0; outage < 2; outage++) {
      await Promise.all([1, 2, 3].map(() => errorOf(() => client.read(failing, isValid))));
      const hanging = errorOf(() => client.read(never, isValid));
      await time.pass(TIMEOUT);
      await hanging;
      await Promise.all([1, 2, 3].map(async () => client.read(() => Promise.resolve('fine'), isValid)));
      await client.write('alice', () => 'done', fine);
    }
    expect(types()).toEqual(['store-unavailable', 'store-available', 'store-unavailable', 'store-available']);
    expect(reported[0]).toMatchObject({ cause: expect.objectContaining({ message: 'no connection' }) });
  });

  it('does not change with each request to a store that is read but cannot be written', async () => {
    const { client, types } = clientOf();
    for (let request = 0; request < 5; request++) {
      await client.read(() => Promise.resolve('read'), isValid);
      await errorOf(() => client.write('alice', failing, fine));
    }
    expect(types()).toEqual(['store-unavailable']);
    await client.write('alice', () => 'done', fine);
    await client.read(() => Promise.resolve('read'), isValid);
    expect(types()).toEqual(['store-unavailable', 'store-available']);
  });

  it('does not change because its clock can be read', async () => {
    const { client, types } = clientOf(() => Promise.resolve(Date.now()));
    for (let request = 0; request < 5; request++) {
      await errorOf(() => client.read(failing, isValid));
      await errorOf(() => client.write('alice', failing, fine));
    }
    expect(types()).toEqual(['store-unavailable']);
  });
});

it('A finished call leaves no timer', async () => {
  const set = jest.spyOn(globalThis, 'setTimeout');
  const clear = jest.spyOn(globalThis, 'clearTimeout');
  const { client } = clientOf();
  await client.read(() => Promise.resolve('fine'), isValid);
  await errorOf(() => client.read(() => Promise.reject(new Error('no connection')), isValid));
  await client.write('alice', () => Promise.resolve('fine'), fine);
  await new Promise(setImmediate);
  const timers = set.mock.results.map(({ value }) => value);
  expect(timers).toHaveLength(3);
  expect(clear.mock.calls.flat()).toEqual(timers);
});
