import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { RevocationUnavailableException } from 'nestjs-jwt-extended';
import { MemoryRevocationStore } from '../../../src/revocation/memory-revocation.store.js';
import { RevocationEvents, type RevocationEvent } from '../../../src/revocation/revocation-events.js';
import { StoreClient } from '../../../src/revocation/store-client.js';
import { errorOf } from '../../support/token-service.js';

const TIMEOUT = 100;
const never = () => new Promise<never>(() => {});
const fine = (result: unknown) => result === 'late';

/** A client around a store whose clock and calls are the test's. */
function clientOf(now: () => number | Promise<number> = Date.now) {
  const store = Object.assign(new MemoryRevocationStore(), { now });
  const events = new RevocationEvents();
  const told: RevocationEvent[] = [];
  events.subscribe((event) => told.push(event));
  const types = () => told.map(({ type }) => type);
  return { client: new StoreClient(store as MemoryRevocationStore, TIMEOUT, events), told, types };
}

describe('A read', () => {
  it('of a store that answers at once is answered without a promise', () => {
    expect(clientOf().client.read(() => 'answer')).toBe('answer');
  });

  it('of a store that throws at once throws at once, with the cause', () => {
    const cause = new Error('no disk');
    const work = () => {
      throw cause;
    };
    expect(() => clientOf().client.read(work)).toThrow(RevocationUnavailableException);
    expect(() => clientOf().client.read(work)).toThrow(expect.objectContaining({ cause }));
  });

  it('of a store that rejects is refused with the cause', async () => {
    const cause = new Error('no connection');
    const error = await errorOf(() => clientOf().client.read(() => Promise.reject(cause)));
    expect(error).toBeInstanceOf(RevocationUnavailableException);
    expect(error?.cause).toBe(cause);
  });

  it('of a store that hangs is given up in time', async () => {
    const started = performance.now();
    const error = await errorOf(() => clientOf().client.read(never));
    expect(performance.now() - started).toBeGreaterThan(TIMEOUT - 5);
    expect(performance.now() - started).toBeLessThan(TIMEOUT + 250);
    expect(error).toBeInstanceOf(RevocationUnavailableException);
    expect((error?.cause as Error).message).toBe(`The store did not answer within ${TIMEOUT} ms.`);
  });

  it('that fails after it was given up changes nothing any more', async () => {
    const { client, types } = clientOf();
    const late = async () => {
      await sleep(TIMEOUT + 20);
      throw new Error('much later');
    };
    await errorOf(() => client.read(late));
    expect(await client.read(() => 'fine')).toBe('fine');
    await sleep(40);
    expect(types()).toEqual(['store-unavailable', 'store-available']);
  });

  it('that is answered after it was given up is not what makes the store available', async () => {
    const { client, types } = clientOf();
    await errorOf(() => client.read(() => sleep(TIMEOUT + 20, 'late')));
    await sleep(40);
    expect(types()).toEqual(['store-unavailable']);
  });

  it('waits for promises of another library', async () => {
    const foreign = { then: (resolve: (value: string) => void) => setTimeout(() => resolve('answer'), 5) };
    expect(await clientOf().client.read(() => foreign as Promise<string>)).toBe('answer');
  });
});

describe('A write', () => {
  it('has to be applied in the store’s clock before it is given up, however far that is from ours', async () => {
    const { client } = clientOf(() => 1_000_000);
    const deadline = await client.write((_, until) => until, fine);
    expect(deadline).toBeGreaterThan(1_000_000 + TIMEOUT - 20);
    expect(deadline).toBeLessThanOrEqual(1_000_000 + TIMEOUT);
  });

  it('has the less time the longer the reading of the clock took', async () => {
    const { client } = clientOf(() => sleep(60, 1_000_000));
    const deadline = await client.write((_, until) => until, fine);
    expect(deadline).toBeLessThanOrEqual(1_000_000 + TIMEOUT - 55);
  });

  it('does not read the clock again within half a minute', async () => {
    const now = jest.fn(() => 1_000_000);
    const { client } = clientOf(now);
    await client.write(() => 'done', fine);
    await sleep(30);
    const deadline = await client.write((_, until) => until, fine);
    expect(now).toHaveBeenCalledTimes(1);
    expect(deadline).toBeGreaterThan(1_000_000 + TIMEOUT + 20);
  });

  it('reads the clock again after half a minute', async () => {
    const now = jest.fn(() => 1_000_000);
    const { client } = clientOf(now);
    await client.write(() => 'done', fine);
    const later = performance.now() + 30_001;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => later);
    await client.write(() => 'done', fine);
    clock.mockRestore();
    expect(now).toHaveBeenCalledTimes(2);
  });

  it('reads the clock again after a failure, for it may be another server’s', async () => {
    const now = jest.fn(() => 1_000_000);
    const { client } = clientOf(now);
    await client.write(() => 'done', fine);
    await errorOf(() => client.read(() => Promise.reject(new Error('fail-over'))));
    await client.write(() => 'done', fine);
    expect(now).toHaveBeenCalledTimes(2);
  });

  it('that came late is tried once more by a new reading of the clock', async () => {
    const times = [1_000_000, 2_000_000];
    const { client, types } = clientOf(() => times.shift() as number);
    const deadlines: number[] = [];
    const result = await client.write((_, until) => {
      deadlines.push(until);
      return until < 2_000_000 ? 'late' : 'done';
    }, fine);
    expect(result).toBe('done');
    expect(deadlines).toHaveLength(2);
    expect(types()).toEqual([]);
  });

  it('that came late twice is refused', async () => {
    const work = jest.fn(() => 'late');
    const { client, types } = clientOf();
    expect(await errorOf(() => client.write(work, fine))).toBeInstanceOf(RevocationUnavailableException);
    expect(work).toHaveBeenCalledTimes(2);
    expect(types()).toEqual(['store-unavailable']);
  });

  it('that came late is not given more time than there was', async () => {
    const { client } = clientOf(() => sleep(TIMEOUT * 0.4, 1_000_000));
    const started = performance.now();
    const late = () => sleep(TIMEOUT * 0.4, 'late');
    expect(await errorOf(() => client.write(late, fine))).toBeInstanceOf(RevocationUnavailableException);
    expect(performance.now() - started).toBeLessThan(TIMEOUT + 50);
  });

  it('of a store that does not tell the time is given up in time, and not begun', async () => {
    const work = jest.fn(() => 'done');
    const started = performance.now();
    expect(await errorOf(() => clientOf(never).client.write(work, fine))).toBeInstanceOf(
      RevocationUnavailableException,
    );
    expect(performance.now() - started).toBeLessThan(TIMEOUT + 250);
    expect(work).not.toHaveBeenCalled();
  });
});

describe('The state of a store', () => {
  const failing = () => Promise.reject(new Error('no connection'));

  it('is told once per change, however many requests meet it', async () => {
    const { client, told, types } = clientOf();
    for (let outage = 0; outage < 2; outage++) {
      await Promise.all([1, 2, 3].map(() => errorOf(() => client.read(failing))));
      await errorOf(() => client.read(never));
      await Promise.all([1, 2, 3].map(() => client.read(() => Promise.resolve('fine'))));
      await client.write(() => 'done', fine);
    }
    expect(types()).toEqual(['store-unavailable', 'store-available', 'store-unavailable', 'store-available']);
    expect(told[0]).toMatchObject({ cause: expect.objectContaining({ message: 'no connection' }) });
  });

  it('does not change with each request to a store that is read but cannot be written', async () => {
    const { client, types } = clientOf();
    for (let request = 0; request < 5; request++) {
      await client.read(() => Promise.resolve('read'));
      await errorOf(() => client.write(failing, fine));
    }
    expect(types()).toEqual(['store-unavailable']);
    await client.write(() => 'done', fine);
    await client.read(() => Promise.resolve('read'));
    expect(types()).toEqual(['store-unavailable', 'store-available']);
  });
});

it('No timer is left once a call is over', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const { client } = clientOf();
  const calls = [
    () => client.read(() => Promise.resolve('fine')),
    () => client.read(() => Promise.reject(new Error('no connection'))),
    () => client.write(() => Promise.resolve('fine'), fine),
  ];
  for (const call of calls) {
    const before = timers();
    await errorOf(call);
    await new Promise(setImmediate);
    expect(timers()).toBe(before);
  }
});
