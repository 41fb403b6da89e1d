import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenPair } from 'nestjs-jwt-extended';
import { forge, nowInSeconds, OTHER_SECRET } from '../../support/forge.js';
import { sidOf } from '../../support/session-tokens.js';
import type { StoreServer, WorkerPool } from '../../support/worker-pool.js';
import type { WorkerAnswer, WorkerProcess } from '../../support/worker-process.js';

/** The default of `revocation.timeout`, and the additional time that an answer may take. */
const DEADLINE = 1_000;
const ALLOWANCE = 250;

/** How long the processes may need after the end of a fault, in milliseconds. */
export const RECOVERY = 5_000;

type Request = readonly [method: string, path: string, token?: string];

/** Tokens that the guard refuses without the store. */
export const BAD_TOKENS = {
  garbage: 'not.a.token',
  forged: forge({}, { secret: OTHER_SECRET }),
  expired: forge({ exp: nowInSeconds() - 1 }),
};

/** Requests that only read from the store. */
export const READING = ({ accessToken }: TokenPair): Request[] => [
  ['GET', '/me', accessToken],
  ['GET', '/optional', accessToken],
  ['GET', '/sessions', accessToken],
];

/** Requests with a write that needs memory of the store. */
export const STORING = ({ accessToken, refreshToken }: TokenPair): Request[] => [
  ['POST', '/login?user=alice'],
  ['POST', '/refresh', refreshToken],
  ['DELETE', '/logout', accessToken],
  ['DELETE', '/everywhere', accessToken],
  ['PUT', '/password', accessToken],
];

/** Requests that remove data from the store. */
export const REMOVING = ({ accessToken, refreshToken }: TokenPair): Request[] => [
  ['DELETE', '/logout', refreshToken],
  ['DELETE', `/sessions/${sidOf(accessToken)}`, accessToken],
];

/** Requests that do not need the store, and their statuses. */
const INDEPENDENT = ({ accessToken }: TokenPair): (readonly [Request, status: number])[] => [
  [['GET', '/open'], 200],
  [['GET', '/public'], 200],
  [['GET', '/public', accessToken], 200],
  [['GET', '/optional'], 200],
  [['GET', '/me'], 401],
  [['GET', '/me', BAD_TOKENS.garbage], 422],
  [['GET', '/me', BAD_TOKENS.forged], 422],
  [['GET', '/me', BAD_TOKENS.expired], 401],
  [['GET', '/optional', BAD_TOKENS.forged], 422],
  [['POST', '/refresh', accessToken], 422],
];

/** Each of these requests gets 503 within the time limit. */
export async function expectUnavailable(worker: WorkerProcess, requests: readonly Request[]): Promise<void> {
  const inTime = deadlineOf(worker);
  const answers = await sendAtOnce(worker, requests);
  expect(answers.map(shown)).toEqual(
    requests.map(([method, path]) => `${method} ${path} 503 Retry-After: 1, Token revocation status is unavailable`),
  );
  await inTime(Math.max(...answers.map(({ answer }) => answer.milliseconds)));
}

/** The period of the watch, and the time that a request of the watch may take, both in milliseconds. */
const PERIOD = 20;
const LOOKING = 10;

/**
 * Watches a process. The returned function checks that an answer took less than its limit. It subtracts the time by which
 * timers of the process were late, because the machine was busy then. */
export function deadlineOf(worker: WorkerProcess): (milliseconds: number, limit?: number) => Promise<void> {
  let isOver = false;
  let stalled = 0;
  const watching = (async () => {
    while (!isOver) {
      const { milliseconds } = await worker.send('GET', `/after/${PERIOD}`);
      stalled += Math.max(0, milliseconds - PERIOD - LOOKING);
    }
  })().catch(() => undefined);
  return async (milliseconds, limit = DEADLINE + ALLOWANCE) => {
    isOver = true;
    await watching;
    expect(milliseconds - stalled).toBeLessThan(limit);
  };
}

/** Each of these requests gets a status below 300. */
export async function expectServed(worker: WorkerProcess, requests: readonly Request[]): Promise<void> {
  const answers = await sendAtOnce(worker, requests);
  expect(answers.filter(({ answer }) => answer.status >= 300).map(shown)).toEqual([]);
}

/** Requests that need the store get 503 in time. The others have their usual status, and do not wait for the store. */
export async function expectOutage(worker: WorkerProcess, pair: TokenPair): Promise<void> {
  const independent = INDEPENDENT(pair);
  const inTime = deadlineOf(worker);
  const [answers] = await Promise.all([
    sendAtOnce(
      worker,
      independent.map(([request]) => request),
    ),
    expectUnavailable(worker, [
      ...READING(pair),
      ...STORING(pair),
      ...REMOVING(pair),
      ['GET', '/refresh-only', pair.refreshToken],
    ]),
  ]);
  expect(answers.map(({ answer }) => answer.status)).toEqual(independent.map(([, status]) => status));
  await inTime(Math.max(...answers.map(({ answer }) => answer.milliseconds)), DEADLINE);
}

/** Each process stops to answer 503 within five seconds. */
export async function expectRecovery(pool: WorkerPool<StoreServer>, { accessToken }: TokenPair): Promise<void> {
  const returned = performance.now();
  await Promise.all(
    pool.workers.map(async (worker) => {
      while ((await worker.send('GET', '/me', accessToken)).status === 503) await sleep(50);
    }),
  );
  expect(performance.now() - returned).toBeLessThan(RECOVERY);
}

const WENT = / ERROR \[JwtExtendedModule\] The revocation store does not answer; .* 503\. \S/;
const CAME = / LOG \[JwtExtendedModule\] The revocation store answers again\./;

/**
 * Each process runs, and has logged this number of outages: one line for the start and one for the end of each. `most` is
 * larger if a server dies under load, because a late answer can arrive between two failures. */
export async function expectLoggedOutages(pool: WorkerPool<StoreServer>, outages = 1, most = outages): Promise<void> {
  for (const worker of pool.workers) {
    const lines: string[] = [];
    for (let attempt = 0; attempt < 100 && lines.length < 2 * outages; attempt++) {
      await sleep(50);
      lines.push(...worker.takeLog());
    }
    expect(lines).toEqual(lines.map((_, index) => expect.stringMatching(index % 2 === 0 ? WENT : CAME)));
    expect([2 * outages, 2 * most]).toContain(lines.length);
    expect(worker.isAlive).toBe(true);
  }
}

async function sendAtOnce(worker: WorkerProcess, requests: readonly Request[]) {
  return Promise.all(requests.map(async (request) => ({ request, answer: await worker.send(...request) })));
}

function shown({ request: [method, path], answer }: { request: Request; answer: WorkerAnswer }): string {
  const { status, retryAfter, body } = answer;
  return `${method} ${path} ${status} Retry-After: ${retryAfter}, ${(body as { msg?: string }).msg}`;
}
