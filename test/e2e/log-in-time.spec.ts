import { scrypt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { UnauthorizedException } from '@nestjs/common';
import { ADAPTERS } from '../support/adapters.js';
import { withJwtApp, type TestApp } from '../support/jwt-app.js';
import { BAD_CREDENTIALS, logIn, logInSetup, PASSWORD, USERS, type LogInSetup } from '../support/log-in-app.js';
import { criticalDistance, distanceOf } from '../support/same-distribution.js';

/** The cost of the hash where attempts come one by one: longer than everything else. */
const ONE_BY_ONE = { N: 2048 };

/** The cost where several attempts come at a time, so that they take less time than the refusal together. */
const AT_A_TIME = { N: 512 };

const hash = promisify(scrypt) as (password: string, salt: string, length: number, cost: object) => Promise<Buffer>;

/** One in ten million runs would exceed it by chance. */
const PROBABILITY = 1e-7;

/** The usual mistake: only a known user has a hash to compare with. */
const authenticateAt = (cost: object) => async (username: string, password: string) => {
  const user = USERS.find((each) => each.username === username);
  if (user === undefined) return null;
  const [expected, actual] = [await hash(PASSWORD, 'salt', 32, cost), await hash(password, 'salt', 32, cost)];
  return expected.equals(actual) ? user : null;
};

const authenticate = authenticateAt(ONE_BY_ONE);

interface Plan {
  /** The attempts of each kind. */
  readonly turns: number;
  /** The attempts of each kind at a time. With one, an attempt waits until the one before is answered. */
  readonly atATime?: number;
}

/** The times of refused log-ins, in milliseconds. Each turn has one of a known user, and one of an unknown user. */
async function timesOf(app: TestApp, { turns, atATime }: Plan): Promise<{ wrong: number[]; unknown: number[] }> {
  const times = { wrong: [] as number[], unknown: [] as number[] };
  const measure = async (kind: keyof typeof times, username: string) => {
    const start = performance.now();
    const answer = await logIn(app, { username, password: 'wrong' });
    times[kind].push(performance.now() - start);
    expect(answer).toEqual(BAD_CREDENTIALS);
  };
  const pairOf = (turn: number) => {
    const both = [() => measure('wrong', 'alice'), () => measure('unknown', 'nobody')];
    return turn % 2 === 0 ? both : both.reverse();
  };
  for (let turn = 0; turn < turns; turn += atATime ?? 1) {
    const attempts = Array.from({ length: atATime ?? 1 }, (_, index) => pairOf(turn + index)).flat();
    if (atATime === undefined) for (const attempt of attempts) await attempt();
    else await Promise.all(attempts.map((attempt) => attempt()));
  }
  return times;
}

async function distanceWith(adapter: 'express' | 'fastify', setup: LogInSetup, plan: Plan): Promise<number> {
  let distance = NaN;
  await withJwtApp(adapter, logInSetup({ authenticate, ...setup }), async (app) => {
    // As in an application that runs: the first check of a password shows how long it takes.
    expect(await logIn(app)).toMatchObject({ status: 200 });
    const { wrong, unknown } = await timesOf(app, plan);
    distance = distanceOf(wrong, unknown);
  });
  return distance;
}

describe.each(ADAPTERS)('the time of a refused log-in on %s', (adapter) => {
  const turns = 40;

  it('does not depend on whether the user exists', async () => {
    expect(await distanceWith(adapter, {}, { turns })).toBeLessThan(criticalDistance(turns, turns, PROBABILITY));
  });

  it('does not depend on it in 1,000 attempts of each kind, four at a time', async () => {
    const setup = { authenticate: authenticateAt(AT_A_TIME) };
    const distance = await distanceWith(adapter, setup, { turns: 1_000, atATime: 4 });
    expect(distance).toBeLessThan(criticalDistance(1_000, 1_000, PROBABILITY));
  }, 480_000);

  it.each([
    ['one by one', { turns }, ONE_BY_ONE],
    ['four at a time', { turns: 200, atATime: 4 }, AT_A_TIME],
  ] as const)('would show it without the wait: %s', async (_name, plan, cost) => {
    const setup = { authenticate: authenticateAt(cost), refusalTime: false } as const;
    const distance = await distanceWith(adapter, setup, plan);
    expect(distance).toBeGreaterThan(criticalDistance(plan.turns, plan.turns, PROBABILITY));
  });

  it('does not depend on it where authenticate throws for one of the two', async () => {
    const throwing: LogInSetup['authenticate'] = async (username, password) => {
      if (USERS.every((user) => user.username !== username)) throw new UnauthorizedException(BAD_CREDENTIALS.body);
      return authenticate(username, password);
    };
    const distance = await distanceWith(adapter, { authenticate: throwing }, { turns });
    expect(distance).toBeLessThan(criticalDistance(turns, turns, PROBABILITY));
  });
});
