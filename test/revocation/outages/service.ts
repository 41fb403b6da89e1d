import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenPair } from 'nestjs-jwt-extended';
import { forge, nowInSeconds, OTHER_SECRET } from '../../support/forge.js';
import { sidOf } from '../../support/session-tokens.js';
import type { StoreServer, WorkerPool } from '../../support/worker-pool.js';
import type { WorkerAnswer, WorkerProcess } from '../../support/worker-process.js';

/** The default of `revocation.timeout`, and what an answer may take besides. */
const DEADLINE = 1_000;
const ALLOWANCE = 250;

const RECOVERY = 5_000;

type Request = readonly [method: string, path: string, token?: string];

/** Tokens that need no store to be refused. */
export const BAD_TOKENS = {
  garbage: 'not.a.token',
  forged: forge({}, { secret: OTHER_SECRET }),
  expired: forge({ exp: nowInSeconds() - 1 }),
};

/** Requests that read from the store and do no more. */
export const READING = ({ accessToken }: TokenPair): Request[] => [
  ['GET', '/me', accessToken],
  ['GET', '/optional', accessToken],
  ['GET', '/sessions', accessToken],
];

/** Requests that cannot be served without a write that takes space. */
export const STORING = ({ accessToken, refreshToken }: TokenPair): Request[] => [
  ['POST', '/login?user=alice'],
  ['POST', '/refresh', refreshToken],
  ['DELETE', '/logout', accessToken],
  ['DELETE', '/everywhere', accessToken],
  ['PUT', '/password', accessToken],
];

/** Requests that take something out of the store. */
export const REMOVING = ({ accessToken, refreshToken }: TokenPair): Request[] => [
  ['DELETE', '/logout', refreshToken],
  ['DELETE', `/sessions/${sidOf(accessToken)}`, accessToken],
];

/** Requests that have nothing to do with the store, and what they are answered. */
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

/** All that need the store are refused as an outage, and in time. */
export async function expectUnavailable(worker: WorkerProcess, requests: readonly Request[]): Promise<void> {
  const inTime = deadlineOf(worker);
  const answers = await sendAtOnce(worker, requests);
  expect(answers.map(shown)).toEqual(
    requests.map(([method, path]) => `${method} ${path} 503 Retry-After: 1, Token revocation status is unavailable`),
  );
  await inTime(Math.max(...answers.map(({ answer }) => answer.milliseconds)));
}

/** How often the stopwatch of a process is looked at, and how long that may take, in milliseconds. */
const PERIOD = 20;
const LOOKING = 10;

/**
 * Begins to watch a process; what is answered then says whether something took less than its limit. What mere timers of
 * that process come late by meanwhile is not counted: it is the machine that is busy with other things.
 */
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

/** All are served. */
export async function expectServed(worker: WorkerProcess, requests: readonly Request[]): Promise<void> {
  const answers = await sendAtOnce(worker, requests);
  expect(answers.filter(({ answer }) => answer.status >= 300).map(shown)).toEqual([]);
}

/** What needs the store is refused, in time; the rest is served as ever, and does not wait for it. */
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

/** Each process answers otherwise than 503 within five seconds from now on. */
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
 * Each process runs, and has said what became of the store so many times, in one line each. Where a server dies under load
 * `most` is more: an answer that was on its way may arrive between two failures.
 */
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
