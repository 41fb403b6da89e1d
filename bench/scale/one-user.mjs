// One user with 10,000 sessions: the calls of an application, and what other callers wait for meanwhile.
import { NestFactory } from '@nestjs/core';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadLibrary } from '../library.mjs';
import { sessionOf, subjectOf } from './entries.mjs';
import { whileProbed } from './holds.mjs';

/** The store has the sessions of a user beyond this number removed, and those of all log-outs: see `maxPerUser`. */
const MAX_PER_USER = 100;

/** The calls, and how many entries of the user they leave at most. */
const CALLS = {
  'listSessions()': {
    call: (tokens, user) => tokens.listSessions(user),
    isRight: (answer, sessions) => answer.length === sessions,
    left: Infinity,
  },
  'revokeAllFor()': { call: (tokens, user) => tokens.revokeAllFor(user), isRight: () => true, left: 5 },
  'a log-in, `maxPerUser: 100`': {
    call: (tokens, user) => tokens.createTokenPair(user),
    isRight: ({ accessToken }) => typeof accessToken === 'string',
    left: MAX_PER_USER + 5,
  },
};

/** The name of each call, and the measurements of each round. */
export async function measureOneUser(opened, prober, { rounds, sessions }) {
  const { context, tokens } = await application(opened.store);
  const results = [];
  try {
    for (const [name, { call, isRight, left }] of Object.entries(CALLS)) {
      const measured = [];
      for (let round = 0; round < rounds; round++) {
        const user = `${name} ${round}`;
        const before = await fill(opened, user, sessions);
        measured.push(
          await whileProbed(prober, async () => {
            const start = performance.now();
            const answer = await call(tokens, user);
            const answered = performance.now() - start;
            if (!isRight(answer, sessions)) throw new Error(`The answer to ${name} is wrong.`);
            await swept(opened, user, before + left);
            return { answered, done: performance.now() - start };
          }),
        );
      }
      results.push({ name, measured });
    }
  } finally {
    await context.close();
  }
  return results;
}

async function application(store) {
  const { JwtExtendedModule, TokenService } = await loadLibrary();
  const options = {
    secret: 'a secret of more than thirty-two bytes',
    rotation: { maxPerUser: MAX_PER_USER },
    revocation: { store, purgeInterval: false, timeout: '10s' },
  };
  const module = { module: class BenchModule {}, imports: [JwtExtendedModule.forRoot(options)] };
  const context = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  const tokens = context.get(TokenService);
  // The first log-in prepares the keys.
  await tokens.createTokenPair('first user');
  return { context, tokens };
}

async function fill({ loadSessions, entries }, user, sessions) {
  const subject = subjectOf(user);
  const before = await entries(subject);
  const now = Date.now();
  await loadSessions([
    { subject, sessions: Array.from({ length: sessions }, (_, index) => sessionOf(subject, index, now)) },
  ]);
  return before;
}

/** The store removes the records of ended sessions after the call. */
async function swept({ entries }, user, most) {
  if (most === Infinity) return;
  const until = Date.now() + 120_000;
  while ((await entries(subjectOf(user))) > most) {
    if (Date.now() > until) throw new Error('The sessions are not removed.');
    await sleep(20);
  }
}
