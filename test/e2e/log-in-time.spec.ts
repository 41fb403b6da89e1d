import { scrypt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { UnauthorizedException } from '@nestjs/common';
import { ADAPTERS } from '../support/adapters.js';
import { withJwtApp, type TestApp } from '../support/jwt-app.js';
import { BAD_CREDENTIALS, logIn, logInSetup, PASSWORD, USERS, type LogInSetup } from '../support/log-in-app.js';
import { criticalDistance, distanceOf } from '../support/same-distribution.js';

/** Fast enough for hundreds of attempts, and still longer than everything else. */
const COST = { N: 2048 };

const hash = promisify(scrypt) as (password: string, salt: string, length: number, cost: object) => Promise<Buffer>;

/** One in ten million runs would exceed it by chance. */
const PROBABILITY = 1e-7;

/** The usual mistake: only a known user has a hash to compare with. */
async function authenticate(username: string, password: string) {
  const user = USERS.find((each) => each.username === username);
  if (user === undefined) return null;
  const [expected, actual] = [await hash(PASSWORD, 'salt', 32, COST), await hash(password, 'salt', 32, COST)];
  return expected.equals(actual) ? user : null;
}

/** The times of refused log-ins, in milliseconds. Each turn has one of a known user, and one of an unknown user. */
async function timesOf(app: TestApp, turns: number): Promise<{ wrong: number[]; unknown: number[] }> {
  const times = { wrong: [] as number[], unknown: [] as number[] };
  const measure = async (kind: keyof typeof times, username: string) => {
    const start = performance.now();
    const answer = await logIn(app, { username, password: 'wrong' });
    times[kind].push(performance.now() - start);
    expect(answer).toEqual(BAD_CREDENTIALS);
  };
  for (let turn = 0; turn < turns; turn++) {
    const both = [() => measure('wrong', 'alice'), () => measure('unknown', 'nobody')];
    for (const each of turn % 2 === 0 ? both : both.reverse()) await each();
  }
  return times;
}

async function distanceWith(adapter: 'express' | 'fastify', setup: LogInSetup, turns: number): Promise<number> {
  let distance = NaN;
  await withJwtApp(adapter, logInSetup({ authenticate, ...setup }), async (app) => {
    // As in an application that runs: the first check of a password shows how long it takes.
    expect(await logIn(app)).toMatchObject({ status: 200 });
    const { wrong, unknown } = await timesOf(app, turns);
    distance = distanceOf(wrong, unknown);
  });
  return distance;
}

describe.each(ADAPTERS)('the time of a refused log-in on %s', (adapter) => {
  const turns = 40;

  it('does not depend on whether the user exists', async () => {
    expect(await distanceWith(adapter, {}, turns)).toBeLessThan(criticalDistance(turns, turns, PROBABILITY));
  });

  it('would show it without the wait', async () => {
    expect(await distanceWith(adapter, { refusalTime: false }, turns)).toBeGreaterThan(
      criticalDistance(turns, turns, PROBABILITY),
    );
  });

  it('does not depend on it where authenticate throws for one of the two', async () => {
    const throwing: LogInSetup['authenticate'] = async (username, password) => {
      if (USERS.every((user) => user.username !== username)) throw new UnauthorizedException(BAD_CREDENTIALS.body);
      return authenticate(username, password);
    };
    const distance = await distanceWith(adapter, { authenticate: throwing }, turns);
    expect(distance).toBeLessThan(criticalDistance(turns, turns, PROBABILITY));
  });
});
