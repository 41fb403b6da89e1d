import { KeysUnavailableException } from 'nestjs-jwt-extended';
import { KeyCache, type CacheLimits, type FetchOutcome } from '../../../src/jwks/key-cache.js';
import type { KeySet } from '../../../src/jwks/key-set.js';
import { useFakeTime } from '../../support/fake-time.js';
import { errorOf } from '../../support/token-service.js';

const LIMITS: CacheLimits = { timeout: 5000, cooldown: 60_000, maxAge: 3_600_000, maxStale: 60_000 };

const caches: KeyCache[] = [];
const time = useFakeTime();
afterEach(() => caches.splice(0).forEach((cache) => cache.stop()));

/** A cache whose loader returns the value that the test sets, and counts its calls. */
function cacheOf(limits: Partial<CacheLimits> = {}) {
  const outcomes: FetchOutcome[] = [];
  const loader = {
    loads: 0,
    maxAge: null as number | null,
    answer: async (): Promise<string> => 'first',
  };
  const load = async () => {
    loader.loads += 1;
    return { keys: (await loader.answer()) as unknown as KeySet, maxAge: loader.maxAge };
  };
  const cache = new KeyCache(load, { ...LIMITS, ...limits }, (outcome) => outcomes.push(outcome));
  caches.push(cache);
  return { cache, loader, outcomes };
}

const failing = async (): Promise<string> => {
  throw new Error('away');
};
const never = () => new Promise<string>(() => undefined);

it('the first use fetches the keys, once for all waiting requests; later uses do not wait', async () => {
  const { cache, loader } = cacheOf();
  expect(await Promise.all([cache.keys(), cache.keys(), cache.keysAfterMiss()])).toEqual(['first', 'first', 'first']);
  expect(cache.keys()).toBe('first');
  expect(loader.loads).toBe(1);
});

describe('an unknown key', () => {
  it('causes one fetch per cooldown, for any number of tokens', async () => {
    const { cache, loader } = cacheOf({ cooldown: 1000 });
    await cache.keys();
    await time.pass(1000);
    loader.answer = async () => 'second';
    const miss = () => Array.from({ length: 10_000 }, async () => cache.keysAfterMiss());
    expect(new Set(await Promise.all(miss()))).toEqual(new Set(['second']));
    await time.pass(999);
    expect(new Set(await Promise.all(miss()))).toEqual(new Set(['second']));
    expect(loader.loads).toBe(2);
  });

  it('causes no fetch within the cooldown of the last one, even of a failed one', async () => {
    const { cache, loader } = cacheOf({ cooldown: 1000 });
    await cache.keys();
    expect(cache.keysAfterMiss()).toBe('first');
    await time.pass(1000);
    loader.answer = failing;
    expect(await cache.keysAfterMiss()).toBe('first');
    expect(cache.keysAfterMiss()).toBe('first');
    expect(loader.loads).toBe(2);
  });
});

describe('old keys', () => {
  it('are fetched again in the background before they expire, without a request', async () => {
    const { cache, loader } = cacheOf({ maxAge: 100 });
    cache.start();
    await time.pass(0);
    loader.answer = async () => 'second';
    await time.pass(79);
    expect(loader.loads).toBe(1);
    await time.pass(1);
    expect(loader.loads).toBe(2);
    expect(cache.keys()).toBe('second');
  });

  it('stay in use while they are fetched again', async () => {
    const { cache, loader } = cacheOf({ maxAge: 1000 });
    await cache.keys();
    loader.answer = never;
    await time.pass(799);
    expect(cache.keys()).toBe('first');
    expect(loader.loads).toBe(1);
    await time.pass(1);
    expect(cache.keys()).toBe('first');
    expect(cache.keys()).toBe('first');
    expect(loader.loads).toBe(2);
  });

  it('stay in use while fetches fail, up to maxStale', async () => {
    const { cache, loader } = cacheOf({ maxAge: 1000, maxStale: 2000, cooldown: 500 });
    await cache.keys();
    loader.answer = failing;
    await time.pass(2999);
    expect(await cache.keysAfterMiss()).toBe('first');
    await time.pass(1);
    expect(await errorOf(() => cache.keys())).toBeInstanceOf(KeysUnavailableException);
    loader.answer = async () => 'second';
    await time.pass(500);
    expect(await cache.keys()).toBe('second');
  });

  it.each([
    ['a short max-age', 0, 60_000],
    ['no max-age', null, 600_000],
    ['a long max-age', 1_000_000, 1_000_000],
    ['a max-age beyond the limit', 1e12, 3_600_000],
  ])('of a provider with %s are fetched again in time', async (_, maxAge, lifetime) => {
    const { cache, loader } = cacheOf();
    loader.maxAge = maxAge;
    await cache.keys();
    const { refreshAt, until: end } = (cache as unknown as { cached: { refreshAt: number; until: number } }).cached;
    expect((refreshAt - performance.now()) / lifetime).toBeCloseTo(0.8, 5);
    expect((end - performance.now()) / (lifetime + LIMITS.maxStale)).toBeCloseTo(1, 5);
  });
});

describe('without any key', () => {
  it('throws a KeysUnavailableException with the cause, and tries again later', async () => {
    const { cache, loader } = cacheOf({ cooldown: 100 });
    loader.answer = failing;
    const error = await errorOf(() => cache.keys());
    expect(error).toBeInstanceOf(KeysUnavailableException);
    expect((error?.cause as Error).message).toBe('away');
    for (let index = 0; index < 100; index++) await errorOf(() => cache.keys());
    expect(loader.loads).toBe(1);
    await time.pass(100);
    loader.answer = async () => 'second';
    expect(await cache.keys()).toBe('second');
  });

  it('pauses between fetches grow up to the cooldown', async () => {
    const { cache, loader } = cacheOf({ cooldown: 3_000 });
    const times: number[] = [];
    loader.answer = () => {
      times.push(performance.now());
      return failing();
    };
    cache.start();
    await time.pass(10_000);
    expect(times.slice(1).map((later, index) => later - (times[index] as number))).toEqual([
      1_000, 2_000, 3_000, 3_000,
    ]);
  });
});

it('a hanging fetch ends, even if it ignores the signal', async () => {
  const { cache, loader } = cacheOf({ timeout: 50 });
  loader.answer = never;
  const waiting = errorOf(() => cache.keys());
  await time.pass(50);
  const error = await waiting;
  expect((error?.cause as Error).message).toBe('No response within 50 ms.');
});

it('reports each fetch while the application runs', async () => {
  const { cache, loader, outcomes } = cacheOf({ maxAge: 50, cooldown: 20 });
  cache.start();
  await time.pass(0);
  loader.answer = failing;
  await time.pass(40);
  expect(outcomes.slice(0, 2)).toEqual([{ keys: 'first' }, { failure: new Error('away'), hasKeys: true }]);
});

it('a stopped cache fetches nothing more, and ends the running fetch', async () => {
  const { cache, loader, outcomes } = cacheOf({ maxAge: 50 });
  cache.start();
  await time.pass(0);
  cache.stop();
  await time.pass(150);
  expect(loader.loads).toBe(1);

  const hanging = cacheOf();
  hanging.loader.answer = never;
  hanging.cache.start();
  hanging.cache.stop();
  expect((await errorOf(() => hanging.cache.keys()))?.cause).toEqual(new Error('The application is shutting down.'));
  expect([outcomes.length, hanging.outcomes.length]).toEqual([1, 0]);
});
