// Measures the guard for requests with the access token of a session, on a store, with and without the local cache. Compares
// them with a plain read by the same driver. The contenders take turns, round after round.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadLibrary } from '../library.mjs';
import { controllerWith } from '../protections/route.mjs';
import { httpGuardCaller } from './guard-caller.mjs';
import { counted, summary } from './statistics.mjs';

const AMOUNTS = {
  full: { rounds: 9, requests: 2000, sessions: 200 },
  quick: { rounds: 3, requests: 400, sessions: 50 },
  smoke: { rounds: 1, requests: 4, sessions: 2 },
};

/** The numbers of concurrent requests, with the names of their columns. */
const CONCURRENCY = { 1: 'share, one at a time', 16: 'share of a plain read', 64: 'share, 64 at once' };

/** How many times more requests there are if they are concurrent. The figures of 10 ms depend on what ran before. */
const CONCURRENT_REQUESTS = 4;

/** The number for the columns without a share. */
const USUAL = '16';

const LOCAL = { without: undefined, cached: { staleness: '1s' }, pushed: { staleness: '1s', push: true } };

const NAMES = { without: '', cached: ', local cache of 1 s', pushed: ', local cache with push' };

/** One row for each kind of local cache. `name` is the name of the store. */
export async function measureRequests(name, opened, effort) {
  const amounts = AMOUNTS[effort];
  const ways = await waysOf(name, opened, amounts);
  try {
    return await measureWays(ways, opened, amounts);
  } finally {
    for (const { close } of ways) await close();
  }
}

async function waysOf(name, { store, plain, canPush }, { sessions }) {
  const keys = Array.from({ length: sessions }, (_, index) => `key${index}`);
  await plain?.prepare(keys);
  const reading = plain && [
    { name: `${name}: ${plain.name}`, call: (index) => plain.read(keys[index % sessions]), close() {} },
  ];
  const kinds = Object.keys(LOCAL).filter((kind) =>
    kind === 'pushed' ? canPush : plain !== undefined || !LOCAL[kind],
  );
  const requests = [];
  for (const kind of kinds) requests.push(await requestsOn(store, `${name}${NAMES[kind]}`, LOCAL[kind], sessions));
  return [...(reading ?? []), ...requests];
}

/** An application whose guard is called with the tokens of several sessions in turn. */
async function requestsOn(store, name, local, sessions) {
  const { JwtExtendedModule, JwtGuard, JwtRequired, TokenService } = await loadLibrary();
  const options = { secret: 'a secret of more than thirty-two bytes', revocation: { store, local, timeout: '10s' } };
  const controller = controllerWith({ decorators: [JwtRequired()] });
  const module = {
    module: class BenchModule {},
    imports: [JwtExtendedModule.forRoot(options)],
    controllers: [controller],
  };
  const { call: callGuard, context } = await httpGuardCaller({ guard: JwtGuard, rootModule: () => module });
  const tokens = context.get(TokenService);
  const headers = [];
  for (let index = 0; index < sessions; index++) {
    const { accessToken } = await tokens.createTokenPair(`user${index}`);
    headers.push(`Bearer ${accessToken}`);
  }
  const call = async (index) => {
    if (await callGuard(headers[index % sessions])) return;
    throw new Error(`${name} refuses a valid token.`);
  };
  return { name, call, close: () => context.close() };
}

async function measureWays(ways, { roundTrips }, { rounds, requests }) {
  // Wait until the push notifications of the log-ins have arrived.
  await sleep(50);
  const measured = ways.map((way) => ({ ...way, perSecond: { 1: [], 16: [], 64: [] }, trips: [] }));
  for (let round = -1; round < rounds; round++) {
    for (const callers of Object.keys(CONCURRENCY)) {
      const calls = Number(callers) === 1 ? requests : requests * CONCURRENT_REQUESTS;
      for (const way of measured) {
        const before = await roundTrips?.();
        const took = await time(way.call, calls, Number(callers));
        const after = await roundTrips?.();
        if (round < 0) continue;
        way.perSecond[callers].push(calls / took);
        if (callers === USUAL) way.trips.push(roundTrips ? (after - before) / calls : 0);
      }
    }
  }
  const [unit] = measured;
  const shares = (perSecond) =>
    Object.entries(CONCURRENCY).map(([callers, column]) => [
      column,
      roundTrips && summary(ratios(perSecond[callers], unit.perSecond[callers]), 'x'),
    ]);
  return measured.map(({ name, perSecond, trips }) => ({
    name,
    cells: {
      'round trips': counted(mean(trips), ''),
      'per second': summary(perSecond[USUAL], ''),
      ...Object.fromEntries(shares(perSecond)),
    },
  }));
}

const ratios = (values, units) => values.map((value, round) => value / units[round]);

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Seconds, with the collection of the garbage that the calls have made. Otherwise the next contender pays for it: node-redis
 * starts a timer for each `GET`, which stays for 5 seconds.
 */
async function time(call, requests, callers) {
  let next = 0;
  const caller = async () => {
    while (next < requests) await call(next++);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: callers }, caller));
  globalThis.gc({ type: 'minor' });
  return (performance.now() - start) / 1000;
}
