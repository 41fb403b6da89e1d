import { setImmediate as nextTurn } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { createClient } from 'redis';
import { MemoryRevocationStore, TokenService } from 'nestjs-jwt-extended';
import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import type { NotedPage, RevocationStore } from 'nestjs-jwt-extended/store';
import { subjectKeys } from '../../src/stores/redis/redis-keys.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { SessionApp } from '../support/session-app.js';
import { sidOf } from '../support/session-tokens.js';
import { HOUR, inTime } from '../support/store-calls.js';
import type { SqlClient } from './sql/clients.js';
import { databases, type Database } from './sql/databases.js';

/** MANY_NOTES=200000 is a user as large as that of `redis/many-sessions.spec.ts`. */
const MANY = Number(process.env.MANY_NOTES ?? 3_000);
const AT_ONCE = 1_000;

/** How many notes the library reads at once. */
const PAGE_SIZE = 512;

/**
 * For how long a step may hold the event loop on a busy machine, in milliseconds. On a quiet one it takes less than 50 ms. A list of
 * 200,000 notes in one step took two seconds.
 */
const LONGEST_STEP = 1_000;

/** A note of the past. Half of them are about sessions, the others about tokens. */
interface Note {
  readonly id: string;
  readonly note: string;
  readonly createdAt: number;
  readonly isSession: boolean;
}

/** A running store, to which a test adds notes as the store adds them. */
interface Running {
  readonly store: RevocationStore;
  add(subject: string, notes: readonly Note[]): Promise<void> | void;
  stop(): Promise<void> | void;
}

interface Tested {
  readonly name: string;
  describe(name: string, body: () => void): void;
  start(): Promise<Running>;
}

const inMemory: Tested = {
  name: 'memory',
  describe,
  start() {
    let createdAt = 0;
    const store = new MemoryRevocationStore({ now: () => createdAt || Date.now() });
    const add = (subject: string, notes: readonly Note[]) => {
      for (const { id, note, ...each } of notes) {
        ({ createdAt } = each);
        store.deny(subject, id, HOUR, inTime(), note);
      }
      createdAt = 0;
    };
    return Promise.resolve({ store, add, stop: () => undefined });
  },
};

const inRedis: Tested = {
  name: 'Redis',
  describe: describeWithRedis,
  async start() {
    const server = await RedisServer.start();
    const client = createClient({ url: server.url });
    await client.connect();
    return {
      store: new RedisRevocationStore({ client }),
      async add(subject, notes) {
        const keys = subjectKeys('jwt', subject);
        const batch = client.multi();
        for (const { id, note, createdAt, isSession } of notes) {
          const end = isSession ? `e:${id}` : `j:${id}`;
          const session = { sid: id, openedAt: 1, lastUsedAt: 1, expiresAt: null, device: null };
          const stored = { createdMicros: createdAt * 1_000, note, ...(isSession ? { session } : { jti: id }) };
          batch.set(keys.noted(end), JSON.stringify(stored), { PX: HOUR });
          batch.zAdd(keys.notes, { score: Date.now() + HOUR, value: end });
        }
        await batch.execAsPipeline();
      },
      async stop() {
        client.destroy();
        await server.stop();
      },
    };
  },
};

const inDatabase = ({ name, start, clients, describe }: Database): Tested => ({
  name,
  describe,
  async start() {
    const running = await start();
    const { store, query, close } = await (clients[0] as SqlClient).connect(running.url);
    return {
      store,
      async add(subject, notes) {
        const columns = 'subject, kind, id, revision, keep_until, current_token, opened_at, used_at, note, noted_at';
        const rows = notes.map(({ id, note, createdAt, isSession }) => {
          const [kind, jti] = isSession ? ['ended', 'NULL'] : ['denied', `'${id}'`];
          return `('${subject}', '${kind}', '${id}', 'r', ${Date.now() + HOUR}, ${jti}, 1, 1, '${note}', ${createdAt})`;
        });
        await query(`INSERT INTO jwt_revocation (${columns}) VALUES ${rows.join(', ')}`, []);
      },
      async stop() {
        await close();
        await running.stop();
      },
    };
  },
});

/** Measures the longest time between two turns of the event loop, in milliseconds. */
function watchTurns(): () => Promise<number> {
  let isOver = false;
  let longest = 0;
  const watching = (async () => {
    for (let last = performance.now(); !isOver;) {
      await nextTurn();
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return longest;
  };
}

for (const { name, start, describe } of [inMemory, inRedis, ...databases.map(inDatabase)]) {
  describe(`A user with thousands of notes, in a store of ${name}`, () => {
    let running: Running;
    let app: SessionApp;
    beforeAll(async () => {
      running = await start();
      app = await new SessionApp('express', running.store, { rotation: { maxPerUser: false } }).start();
    });
    afterAll(async () => {
      await app.stop();
      await running.stop();
    });

    it('has a complete list, the latest first', async () => {
      const { refreshToken } = await app.logIn('alice');
      const [subject = ''] = sidOf(refreshToken).split('.');
      const from = Date.now() - MANY;
      for (let added = 0; added < MANY; added += AT_ONCE) {
        const notes = Array.from({ length: Math.min(AT_ONCE, MANY - added) }, (_, index) => {
          // 7,919 is a prime, so each time comes once.
          const time = ((added + index) * 7_919) % MANY;
          const id = `${String(added + index).padStart(7, '0')}`;
          return { id, note: `note ${time}`, createdAt: from + time, isSession: index % 2 === 0 };
        });
        await running.add(subject, notes);
      }
      const tokens = app.resolve(TokenService);
      const pages = jest.spyOn(running.store, 'listNotedPage');
      const stopWatching = watchTurns();
      const listed = await tokens.listSessions('alice', { ended: true });
      expect(await stopWatching()).toBeLessThan(LONGEST_STEP);
      expect(listed).toHaveLength(MANY + 1);
      expect(listed.slice(1).map((entry) => (entry as { note: string }).note)).toEqual(
        Array.from({ length: MANY }, (_, index) => `note ${MANY - 1 - index}`),
      );
      expect(pages.mock.calls.length).toBeGreaterThanOrEqual(MANY / PAGE_SIZE);
      const lengths = pages.mock.results.map(async ({ value }) => ((await value) as NotedPage).entries.length);
      expect(Math.max(...(await Promise.all(lengths)))).toBeLessThanOrEqual(PAGE_SIZE);
    });
  });
}
