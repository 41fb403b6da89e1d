// How long other processes still accept a token that one process has revoked, with `push`. Every process has a cache of its own.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startApplication, STALENESS } from '../push/application.mjs';
import { postgresIsMissing, startPostgres } from '../servers/postgres.mjs';
import { migration } from '../servers/migration.mjs';
import { redisIsMissing, startRedis } from '../servers/redis.mjs';
import { skipped, summary } from '../harness/statistics.mjs';

const ROUNDS = { full: 200, quick: 30, smoke: 2 };
const OTHERS = 3;
const LISTENER = fileURLToPath(new URL('../push/listener-process.mjs', import.meta.url));
const COLUMN = 'until another process refuses';

const redisServer = async () => {
  const { port, stop } = await startRedis();
  return { url: `redis://127.0.0.1:${port}`, stop };
};

const postgresServer = async () => {
  const { url, stop } = await startPostgres();
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(migration('postgres'));
  await client.end();
  return { url, stop };
};

const STORES = [
  { name: 'Redis, node-redis', kind: 'node-redis', isMissing: redisIsMissing, start: redisServer },
  { name: 'Redis, ioredis', kind: 'ioredis', isMissing: redisIsMissing, start: redisServer },
  { name: 'PostgreSQL, pg', kind: 'postgres', isMissing: postgresIsMissing, start: postgresServer },
];

export async function run({ effort }) {
  const rows = [];
  for (const { name, kind, isMissing, start } of STORES) {
    const cell = isMissing ? skipped(isMissing) : await measureStore(kind, start, ROUNDS[effort]);
    rows.push({ name, cells: { [COLUMN]: cell } });
  }
  const notes = [
    `One process revokes, and ${OTHERS} other processes call the guard every millisecond. The time begins with the call that revokes.`,
  ];
  return [{ title: 'push, from the call that revokes to the first refusal elsewhere', columns: [COLUMN], rows, notes }];
}

async function measureStore(kind, start, rounds) {
  const { url, stop } = await start();
  const listeners = [];
  try {
    const { tokens } = await startApplication({ kind, url, push: false });
    for (let index = 0; index < OTHERS; index++) listeners.push(await Listener.start({ kind, url }));
    const latencies = [];
    for (let round = -1; round < rounds; round++) {
      const took = await revokeOnce(tokens, listeners, `user ${round}`);
      if (round >= 0) latencies.push(...took);
    }
    return summary(latencies, 'ms');
  } finally {
    for (const listener of listeners) listener.stop();
    await stop();
  }
}

async function revokeOnce(tokens, listeners, user) {
  const { accessToken } = await tokens.createTokenPair(user);
  await Promise.all(listeners.map((listener) => listener.remember(accessToken)));
  const refusals = listeners.map((listener) => listener.refusal());
  // The clock of all processes of the machine.
  const start = Number(process.hrtime.bigint()) / 1e6;
  await tokens.revokeAllFor(user);
  const took = (await Promise.all(refusals)).map((refusedAt) => refusedAt - start);
  if (Math.max(...took) >= STALENESS) throw new Error('A message of push was lost.');
  return took;
}

class Listener {
  #child;
  #settle;

  static async start(settings) {
    const listener = new Listener();
    listener.#child = fork(LISTENER, [JSON.stringify(settings)], { execArgv: [] });
    listener.#child.on('message', (message) => listener.#answer(message));
    listener.#child.on('exit', () => listener.#answer({ error: 'A listening process has ended.' }));
    await listener.#next();
    return listener;
  }

  async remember(token) {
    this.#child.send(token);
    await this.#next();
  }

  async refusal() {
    const { refusedAt } = await this.#next();
    return refusedAt;
  }

  stop() {
    this.#child.removeAllListeners();
    this.#child.kill();
  }

  #answer(message) {
    if (message.error === undefined) this.#settle.resolve(message);
    else this.#settle.reject(new Error(message.error));
  }

  #next() {
    return new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
  }
}
