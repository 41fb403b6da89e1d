import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { MemoryRevocationStore, RevocationUnavailableException } from 'nestjs-jwt-extended';
import { RevocationEvents } from '../../../src/sessions/revocation-events.js';
import type { RevocationEvent } from '../../../src/types/revocation-event.js';
import { StoreClient } from '../../../src/sessions/store-client.js';
import { waitingFor } from '../../support/timing.js';
import { errorOf } from '../../support/token-service.js';

const TIMEOUT = 300;
const never = () => new Promise<never>(() => {});
const isValid = (answer: unknown) => answer !== 'garbage';
const fine = { isValid, isLate: (answer: unknown) => answer === 'late' };

/** A client around a store whose clock and calls are the test's. */
function clientOf(now: () => number | Promise<number> = Date.now) {
  const store = Object.assign(new MemoryRevocationStore(), { now });
  const events = new RevocationEvents();
  const told: RevocationEvent[] = [];
  events.subscribe((event) => told.push(event));
  const types = () => told.map(({ type }) => type);
  return { client: new StoreClient(store, TIMEOUT, events), told, types };
}

describe('A read', () => {
  it('of a store that answers at once is answered without a promise', () => {
    expect(clientOf().client.read(() => 'answer', isValid)).toBe('answer');
  });

  it('of a store that throws at once throws at once, with the cause', () => {
    const cause = new Error('no disk');
    const work = () => {
      throw cause;
    };
    expect(() => clientOf().client.read(work, isValid)).toThrow(RevocationUnavailableException);
    expect(() => clientOf().client.read(work, isValid)).toThrow(expect.objectContaining({ cause }));
  });

  it('of a store that rejects is refused with the cause', async () => {
    const cause = new Error('no connection');
    const error = await errorOf(() => clientOf().client.read(() => Promise.reject(cause), isValid));
    expect(error).toBeInstanceOf(RevocationUnavailableException);
    expect(error?.cause).toBe(cause);
  });

  it('of a store that hangs is given up in time', async () => {
    const started = performance.now();
    const giveUp = () => errorOf(() => clientOf().client.read(never, isValid));
    const { result: error, milliseconds } = await waitingFor(giveUp);
    expect(performance.now() - started).toBeGreaterThan(TIMEOUT - 5);
    expect(milliseconds).toBeLessThan(TIMEOUT + 250);
    expect(error).toBeInstanceOf(RevocationUnavailableException);
    expect((error?.cause as Error).message).toBe(`The store did not answer within ${TIMEOUT} ms.`);
  });

  it('that fails after it was given up changes nothing any more', async () => {
    const { client, types } = clientOf();
    const late = async () => {
      await sleep(TIMEOUT + 20);
      throw new Error('much later');
    };
    await errorOf(() => client.read(late, isValid));
    expect(await client.read(() => 'fine', isValid)).toBe('fine');
    await sleep(40);
    expect(types()).toEqual(['store-unavailable', 'store-available']);
  });

  it('that is answered after it was given up is not what makes the store available', async () => {
    const { client, types } = clientOf();
    await errorOf(() => client.read(() => sleep(TIMEOUT + 20, 'late'), isValid));
    await sleep(40);
    expect(types()).toEqual(['store-unavailable']);
  });

  it('waits for promises of another library', async () => {
    const foreign = { then: (resolve: (value: string) => void) => setTimeout(() => resolve('answer'), 5) };
    expect(await clientOf().client.read(() => foreign as unknown as Promise<string>, isValid)).toBe('answer');
  });
});

describe('A write', () => {
  it('has to be applied in the store’s clock before it is given up, however far that is from ours', async () => {
    const { client } = clientOf(() => 1_000_000);
    const deadline = await client.write('alice', (_, until) => until, fine);
    expect(deadline).toBeGreaterThan(1_000_000);
    expect(deadline).toBeLessThanOrEqual(1_000_000 + TIMEOUT);
  });

  it('has the less time the longer the reading of the clock took', async () => {
    const { client } = clientOf(() => sleep(60, 1_000_000));
    const deadline = await client.write('alice', (_, until) => until, fine);
    expect(deadline).toBeLessThanOrEqual(1_000_000 + TIMEOUT - 55);
  });

  it('does not read the clock again within half a minute', async () => {
    const now = jest.fn(() => 1_000_000);
    const { client } = clientOf(now);
    await client.write('alice', () => 'done', fine);
    await sleep(30);
    const deadline = await client.write('alice', (_, until) => until, fine);
    expect(now).toHaveBeenCalledTimes(1);
    expect(deadline).toBeGreaterThan(1_000_000 + TIMEOUT + 20);
  });

  it('reads the clock again after half a minute', async () => {
    const now = jest.fn(() => 1_000_000);
    const { client } = clientOf(now);
    await client.write('alice', () => 'done', fine);
    const later = performance.now() + 30_001;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => later);
    await client.write('alice', () => 'done', fine);
    clock.mockRestore();
    expect(now).toHaveBeenCalledTimes(2);
  });

  it('reads the clock again after a failure, for it may be another server’s', async () => {
    const now = jest.fn(() => 1_000_000);
    const { client } = clientOf(now);
    await client.write('alice', () => 'done', fine);
    await errorOf(() => client.read(() => Promise.reject(new Error('fail-over')), isValid));
    await client.write('alice', () => 'done', fine);
    expect(now).toHaveBeenCalledTimes(2);
  });

  it('that came late is tried once more by a new reading of the clock', async () => {
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

  it('that came late twice is refused', async () => {
    const work = jest.fn(() => 'late');
    const { client, types } = clientOf();
    expect(await errorOf(() => client.write('alice', work, fine))).toBeInstanceOf(RevocationUnavailableException);
    expect(work).toHaveBeenCalledTimes(2);
    expect(types()).toEqual(['store-unavailable']);
  });

  it('that came late is not given more time than there was', async () => {
    const { client } = clientOf(() => sleep(TIMEOUT * 0.4, 1_000_000));
    const error = await errorOf(() => client.write('alice', () => sleep(TIMEOUT * 0.4, 'late'), fine));
    expect(error).toBeInstanceOf(RevocationUnavailableException);
    expect((error?.cause as Error).message).toBe(`The store did not answer within ${TIMEOUT} ms.`);
  });

  it('of a store that does not tell the time is given up in time, and not begun', async () => {
    const work = jest.fn(() => 'done');
    const giveUp = () => errorOf(() => clientOf(never).client.write('alice', work, fine));
    const { result: error, milliseconds } = await waitingFor(giveUp);
    expect(error).toBeInstanceOf(RevocationUnavailableException);
    expect(milliseconds).toBeLessThan(TIMEOUT + 250);
    expect(work).not.toHaveBeenCalled();
  });
});

describe('An answer that is none', () => {
  const garbage = ['garbage', Promise.resolve('garbage')];

  it('is refused, whether it is read or written', async () => {
    for (const answer of garbage) {
      for (const call of [
        () => clientOf().client.read(() => answer, isValid),
        () => clientOf().client.write('alice', () => answer, fine),
      ]) {
        const error = await errorOf(call);
        expect(error).toBeInstanceOf(RevocationUnavailableException);
        expect((error?.cause as Error).message).toBe('The store answered something that is no answer.');
      }
    }
  });

  it.each([NaN, Infinity, '1', null, undefined, {}])('is a time of %p: nothing is written', async (time) => {
    const work = jest.fn(() => 'done');
    const error = await errorOf(() => clientOf(() => time as number).client.write('alice', work, fine));
    expect(error).toBeInstanceOf(RevocationUnavailableException);
    expect(work).not.toHaveBeenCalled();
  });
});

describe('The state of a store', () => {
  const failing = () => Promise.reject(new Error('no connection'));

  it('is told once per change, however many requests meet it', async () => {
    const { client, told, types } = clientOf();
    for (let outage = 0; outage < 2; outage++) {
      await Promise.all([1, 2, 3].map(() => errorOf(() => client.read(failing, isValid))));
      await errorOf(() => client.read(never, isValid));
      await Promise.all([1, 2, 3].map(async () => client.read(() => Promise.resolve('fine'), isValid)));
      await client.write('alice', () => 'done', fine);
    }
    expect(types()).toEqual(['store-unavailable', 'store-available', 'store-unavailable', 'store-available']);
    expect(told[0]).toMatchObject({ cause: expect.objectContaining({ message: 'no connection' }) });
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

it('A call that is over leaves no timer', async () => {
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
  jest.restoreAllMocks();
});
