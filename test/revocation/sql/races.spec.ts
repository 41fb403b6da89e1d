import { SqlRevocationStore, type SqlQuery } from 'nestjs-jwt-extended/sql';
import type { RefreshOutcome, RevocationStore } from 'nestjs-jwt-extended/store';
import { createPool } from 'mysql2/promise';
import sqlite from 'node-sqlite3-wasm';
import { postgresPool, type Connected } from './clients.js';
import { databases, type RunningDatabase } from './databases.js';
import {
  foreignToken,
  inTime,
  newSubject,
  openSession,
  sessionToOpen,
  tokenOf,
  sessionIn,
} from '../../support/store-calls.js';

/** The store of one process: it has connections of its own. */
interface Isolation {
  readonly name: string;
  connect(url: string): Pick<Connected, 'store' | 'close'>;
}

const postgresWith = (isolation: string): Isolation => ({
  name: isolation,
  connect(url) {
    const options = `-c default_transaction_isolation=${isolation.replaceAll(' ', '\\ ')}`;
    const pool = postgresPool(url, { options });
    const query: SqlQuery = (text, values, name) => pool.query({ name, text, values });
    return { store: new SqlRevocationStore({ dialect: 'postgres', query }), close: () => pool.end() };
  },
});

const mariaDbWith = (isolation: string, more = ''): Isolation => ({
  name: more === '' ? isolation : `${isolation}, ${more}`,
  connect(url) {
    const pool = createPool({ uri: url, connectionLimit: 10 });
    pool.on('connection', (connection) => {
      void connection.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${isolation}`);
      if (more !== '') void connection.query(`SET SESSION ${more}`);
    });
    const query = (sql: string, params: (string | number | null)[]) => pool.execute(sql, params);
    return { store: new SqlRevocationStore({ dialect: 'mysql', query }), close: () => pool.end() };
  },
});

const sqliteWith = (): Isolation => ({
  name: 'several connections',
  connect(file) {
    const db = new sqlite.Database(file);
    return {
      store: new SqlRevocationStore({ dialect: 'sqlite', query: (sql, params) => db.all(sql, params) }),
      close: () => db.close(),
    };
  },
});

const ISOLATIONS: Record<string, readonly Isolation[]> = {
  PostgreSQL: ['read committed', 'repeatable read', 'serializable'].map(postgresWith),
  MariaDB: [
    mariaDbWith('READ COMMITTED'),
    mariaDbWith('REPEATABLE READ'),
    mariaDbWith('REPEATABLE READ', 'innodb_snapshot_isolation = ON'),
    mariaDbWith('SERIALIZABLE'),
  ],
  SQLite: [sqliteWith()],
};

const STORES = 4;

/**
 * Starts a call after other calls have taken so many steps. SQLite answers at once, so without this the calls would take their
 * steps in the same order each time.
 */
async function after<T>(steps: number, call: () => T | Promise<T>): Promise<T> {
  for (let step = 0; step < steps; step++) await Promise.resolve();
  return call();
}

/** More rounds find rarer races: `ROUNDS=500 npm test -- test/revocation/sql/races.spec.ts`. */
const ROUNDS = Number(process.env.ROUNDS ?? 10);

for (const database of databases) {
  database.describe(`Stores of several processes on ${database.name}`, () => {
    let running: RunningDatabase;
    beforeAll(async () => {
      running = await database.start();
    });
    afterAll(() => running.stop());

    describe.each(ISOLATIONS[database.name] as readonly Isolation[])('$name', ({ connect }) => {
      let connected: ReturnType<typeof connect>[] = [];
      beforeAll(() => {
        connected = Array.from({ length: STORES }, () => connect(running.url));
      });
      afterAll(() => Promise.all(connected.map(async ({ close }) => close())));

      const store = (index: number) =>
        (connected[index % STORES] as (typeof connected)[number]).store as RevocationStore;
      const atOnce = <T>(times: number, work: (store: RevocationStore, index: number) => T | Promise<T>) =>
        Promise.all(Array.from({ length: times }, async (_, index) => work(store(index), index)));
      const count = (answers: readonly RefreshOutcome[]) =>
        answers.reduce<Record<string, number>>(
          (all, { outcome }) => ({ ...all, [outcome]: (all[outcome] ?? 0) + 1 }),
          {},
        );

      it('rotate a token once in 200 requests', async () => {
        const session = await openSession(store(0));
        const answers = await atOnce(200, (each) => each.present(tokenOf(session), inTime()));
        expect(count(answers)).toEqual({ rotated: 1, repeated: 199 });
        expect(new Set(answers.map((answer) => JSON.stringify(sessionIn(answer)))).size).toBe(1);
      });

      it('rotate a token once without grace, and then end the session', async () => {
        for (let round = 0; round < ROUNDS; round++) {
          const session = await openSession(store(0));
          const answers = await atOnce(40, (each) => each.present(tokenOf(session, { grace: 0 }), inTime()));
          expect(count(answers)).toEqual({ rotated: 1, reused: 1, unknown: 38 });
        }
      });

      it('never report a reuse of the current token or its parent', async () => {
        let session = await openSession(store(0));
        for (let step = 0; step < ROUNDS * 5; step++) {
          const answers = await atOnce(8, (each) => each.present(tokenOf(session), inTime()));
          expect(count(answers)).toEqual({ rotated: 1, repeated: 7 });
          session = { ...session, id: sessionIn(answers[0] as RefreshOutcome)?.currentId as string };
        }
      });

      it('report a reuse of a token only after its successor was rotated', async () => {
        for (let round = 0; round < ROUNDS; round++) {
          const first = await openSession(store(0));
          const answers = await atOnce(8, async (each, index) => {
            const answer = await each.present(tokenOf(first), inTime());
            const next = sessionIn(answer);
            if (next === null) return [answer];
            return [answer, await store(index + 1).present(tokenOf({ ...first, id: next.currentId }), inTime())];
          });
          // A request that comes after the successor was rotated is a reuse. Nothing else is.
          const outcomes = answers.flat().map(({ outcome }) => outcome);
          expect(outcomes.filter((outcome) => outcome === 'rotated').length).toBeLessThanOrEqual(2);
          expect(outcomes.filter((outcome) => outcome === 'reused').length).toBeLessThanOrEqual(1);
        }
      });

      it('leave no session of an adopted token that was cut off', async () => {
        let adopted = 0;
        for (let round = 0; round < ROUNDS * 3; round++) {
          const token = foreignToken(newSubject(), 1_700_000_000);
          if (round % 2) await store(0).present(foreignToken(token.subject), inTime());
          const answers = await Promise.all([
            store(0).present(token, inTime()),
            after(round % 40, () =>
              store(1).endSessions({ subject: token.subject, before: null, except: null }, inTime()),
            ),
            store(2).present(token, inTime()),
          ]);
          expect(answers[1]).toBe(true);
          if (sessionIn(answers[0]) ?? sessionIn(answers[2])) adopted++;
          expect(await store(3).listSessions(token.subject)).toEqual([]);
          expect((await store(3).present(token, inTime())).outcome).toBe('unknown');
        }
        expect(adopted).toBeGreaterThan(0);
      });

      it('leave no row of a session that has ended', async () => {
        for (let round = 0; round < ROUNDS; round++) {
          const session = await openSession(store(0));
          const { subject, sid } = session;
          const end = [
            () => store(1).endSession(subject, sid, inTime()),
            () => store(1).endSessions({ subject, before: null, except: null }, inTime()),
            () => store(1).present(tokenOf({ ...session, id: 'stolen' }), inTime()),
          ][round % 3] as () => Promise<unknown>;
          const [answers] = await Promise.all([
            atOnce(12, (each, index) =>
              index % 3 === 0
                ? each.openSession(sessionToOpen({ subject, sid, existing: true }), inTime())
                : each.present(tokenOf(session), inTime()),
            ),
            end(),
          ]);
          for (const answer of answers) {
            const next = sessionIn(answer);
            if (next) {
              const { outcome } = await store(2).present(tokenOf({ ...session, id: next.currentId }), inTime());
              expect(outcome).toBe('unknown');
            }
          }
          expect(await store(3).listSessions(subject)).toEqual([]);
        }
      });

      it('open no more sessions than a subject may have', async () => {
        for (let round = 0; round < 5; round++) {
          const subject = newSubject();
          await atOnce(16, (each) => openSession(each, { subject, maxPerSubject: 3 }));
          expect(await store(0).listSessions(subject)).toHaveLength(3);
        }
      });

      it('end all sessions of a subject at the same time', async () => {
        const subject = newSubject();
        await atOnce(10, (each) => openSession(each, { subject }));
        const answers = await atOnce(8, (each) => each.endSessions({ subject, before: null, except: null }, inTime()));
        expect(new Set(answers)).toEqual(new Set([true]));
        expect(await store(0).listSessions(subject)).toEqual([]);
      });

      it('deny a token for the longest of several times', async () => {
        const subject = newSubject();
        await atOnce(20, (each, index) => each.deny(subject, 'jti', index === 7 ? null : index, inTime()));
        await new Promise((resolve) => setTimeout(resolve, 30));
        expect((await store(0).lookUp({ subject, sid: null, jti: 'jti' })).denied).toBe(true);
      });
    });
  });
}
