import { jest } from '@jest/globals';
import type { RevocationStore } from 'nestjs-jwt-extended/store';
import { SqlRevocationStore, type SqlDialectName, type SqlParameter, type SqlQuery } from 'nestjs-jwt-extended/sql';
import { rowsOf } from '../../../src/stores/sql/sql-result.js';
import { SqlEndedRows } from '../../../src/stores/sql/sql-ended-rows.js';
import { SqlLookUps } from '../../../src/stores/sql/sql-look-ups.js';
import { SqlNotes } from '../../../src/stores/sql/sql-notes.js';
import { SqlPages } from '../../../src/stores/sql/sql-pages.js';
import { SqlRotation } from '../../../src/stores/sql/sql-rotation.js';
import { SqlSessionRows } from '../../../src/stores/sql/sql-session-rows.js';
import { SqlShortRotation } from '../../../src/stores/sql/sql-short-rotation.js';
import { SqlTable } from '../../../src/stores/sql/sql-table.js';
import { until } from '../../support/until.js';
import type { Connected } from './clients.js';
import { databases, type RunningDatabase } from './databases.js';
import {
  foreignToken,
  HOUR,
  inTime,
  newSubject,
  newToken,
  openSession,
  sessionToOpen,
  tokenOf,
} from '../../support/store-calls.js';

/** How a database explains a statement, and what its explanation says if the statement reads the whole table. */
const PLANS: Record<string, { dialect: SqlDialectName; explain: string; scan: RegExp }> = {
  PostgreSQL: { dialect: 'postgres', explain: 'EXPLAIN ', scan: /Seq Scan on jwt_revocation/ },
  MariaDB: { dialect: 'mysql', explain: 'EXPLAIN ', scan: /"table":"jwt_revocation"[^}]*"type":"(ALL|index)"/ },
  SQLite: { dialect: 'sqlite', explain: 'EXPLAIN QUERY PLAN ', scan: /SCAN (TABLE )?(jwt_revocation|entry)/ },
};

const SUBJECTS = 200;
const ROWS_PER_SUBJECT = 20;

/** The table has at least so many rows when the plans are read. */
const ROWS = 20_000;

/** More sessions than one statement ends. */
const MANY = 260;

/** Everything that sends statements. A new method fails the test until the test calls it. */
const SENDERS = [SqlTable, SqlNotes, SqlEndedRows, SqlPages, SqlLookUps, SqlSessionRows];

/** The rotations of a database. */
const rotationOf = (dialect: SqlDialectName) => (dialect === 'mysql' ? SqlShortRotation : SqlRotation);

/** The methods that were not called while `work` ran, except those that send nothing themselves. */
async function methodsWithoutCall(dialect: SqlDialectName, work: () => Promise<void>): Promise<string[]> {
  const owners = [...SENDERS, rotationOf(dialect)].map(({ prototype }) => prototype as object);
  const methods = owners.flatMap((owner) =>
    Object.getOwnPropertyNames(owner)
      .filter((name) => name !== 'constructor')
      .map((name) => ({ name, spy: jest.spyOn(owner as Record<string, () => unknown>, name) })),
  );
  try {
    await work();
    return methods.filter(({ spy }) => spy.mock.calls.length === 0).map(({ name }) => name);
  } finally {
    jest.restoreAllMocks();
  }
}

for (const database of databases) {
  database.describe(`The statements for ${database.name}`, () => {
    const { dialect, explain, scan } = PLANS[database.name] as (typeof PLANS)[string];
    let running: RunningDatabase;
    let connected: Connected;
    let store: RevocationStore;
    let sent: { sql: string; params: SqlParameter[] }[] = [];
    const query: SqlQuery = (sql, params) => {
      sent.push({ sql, params });
      return connected.query(sql, params);
    };
    const take = () => sent.splice(0).map(({ sql }) => sql.trim().split(/\s+/, 1)[0] as string);

    beforeAll(async () => {
      running = await database.start();
      connected = await (database.clients[0] as (typeof database.clients)[0]).connect(running.url);
      store = new SqlRevocationStore({ dialect, query });
    });
    beforeEach(() => {
      sent = [];
    });
    afterAll(async () => {
      await connected.close();
      await running.stop();
    });

    it('are one SELECT for any look-up', async () => {
      const { subject, sid } = await openSession(store);
      take();
      for (const reference of [
        { sid, jti: 'a' },
        { sid, jti: null },
        { sid: null, jti: 'a' },
        { sid: null, jti: null },
      ]) {
        await store.lookUp({ subject, ...reference });
        expect(take()).toEqual(['SELECT']);
      }
    });

    it('are one SELECT for several look-ups, with few different texts', async () => {
      const sessions = await Promise.all(Array.from({ length: store.lookUpsAtOnce }, () => openSession(store)));
      const queries = sessions.map(({ subject, sid }) => ({ subject, sid, jti: 'a' }));
      const texts = new Set<string>();
      for (let count = 1; count <= queries.length; count++) {
        sent = [];
        await store.lookUpMany(queries.slice(0, count));
        expect(sent).toHaveLength(1);
        texts.add((sent[0] as { sql: string }).sql);
      }
      expect(texts.size).toBeLessThan(9);
    });

    it('are one SELECT for the clock, for a list of sessions and for a check', async () => {
      const session = await openSession(store);
      take();
      await store.now();
      await store.listSessions(session.subject);
      await store.present(tokenOf(session, { successor: null }), inTime());
      expect(take()).toEqual(['SELECT', 'SELECT', 'SELECT']);
    });

    it('are at most three for a write', async () => {
      const session = await openSession(store);
      const { subject, sid } = session;
      take();
      await openSession(store, { subject });
      expect(take()).toEqual(['SELECT', 'INSERT']);
      await store.openSession(sessionToOpen({ subject, maxPerSubject: 5 }), inTime());
      expect(take()).toEqual(['SELECT', 'INSERT', 'SELECT']);
      await store.present(tokenOf(session), inTime());
      expect(take()).toEqual(dialect === 'mysql' ? ['SELECT', 'UPDATE'] : ['UPDATE']);
      await store.deny(subject, 'a', HOUR, inTime());
      expect(take()).toEqual(['INSERT']);
      await store.endSession(subject, sid, inTime());
      expect(take()).toEqual(['DELETE']);
      await store.endSessions({ subject, before: null, except: null }, inTime());
      await store.endSessions({ subject, before: null, except: null }, inTime());
      const all = dialect === 'postgres' ? 'WITH' : 'UPDATE';
      expect(take()).toEqual(['SELECT', 'INSERT', 'SELECT', all, 'SELECT', all]);
      await store.deny(subject, 'b', HOUR, inTime(), 'note');
      expect(take()).toEqual(['INSERT']);
      const noted = await openSession(store, { subject });
      take();
      await store.endSession(subject, noted.sid, inTime(), 'note');
      expect(take()).toEqual(['DELETE', 'UPDATE']);
      await store.endSessions({ subject, before: null, except: null, note: 'note' }, inTime());
      expect(take()).toEqual(['SELECT', 'DELETE', all]);
    });

    it('rotate by the primary key, also in a table without statistics', async () => {
      await Promise.all(Array.from({ length: SUBJECTS }, () => openSession(store)));
      take();
      await store.present(tokenOf(await openSession(store)), inTime());
      const statements = sent.filter(({ sql }) => sql.startsWith('UPDATE'));
      expect(statements).toHaveLength(1);
      for (const { sql, params } of statements) {
        expect(JSON.stringify(await connected.query(explain + sql, params))).not.toMatch(/ jwt_revocation_keep_until/);
      }
    });

    it('reach their rows by an index', async () => {
      const { subject, sid } = await fill();
      take();
      // This store has rendered no statement yet.
      store = new SqlRevocationStore({ dialect, query });
      expect(await methodsWithoutCall(dialect, () => useAll(subject, sid))).toEqual([]);
      const statements = sent.splice(0);
      expect(statements.length).toBeGreaterThan(40);
      const plans = new Map(statements.map((statement) => [statement.sql, statement]));
      for (const { sql, params } of plans.values()) {
        const plan = JSON.stringify(await connected.query(explain + sql, params));
        expect(scan.test(plan) ? `${sql}\n${plan}` : '').toBe('');
      }
    });

    /** Makes the store send each of its statements. */
    async function useAll(subject: string, sid: string): Promise<void> {
      await store.now();
      await store.lookUp({ subject, sid, jti: 'a' });
      await store.lookUpMany(
        Array.from({ length: 30 }, (_, index) => ({ subject, sid: `${sid}${index}`, jti: `jti${index}` })),
      );
      await store.listSessions(subject);
      const first = await store.listSessionPage(subject, { limit: 1, after: null });
      await store.listSessionPage(subject, { limit: 1, after: first.next });
      const session = await openSession(store, { subject, maxPerSubject: 2 });
      await openSession(store, { subject, sid: session.sid, existing: true });
      await openSession(store, { subject, maxPerSubject: 1 });
      const reused = await openSession(store, { subject });
      await store.present(tokenOf(reused), inTime());
      await rotateWithOtherEnds(subject);
      await store.present(tokenOf({ ...reused, id: 'stolen' }), inTime());
      const foreign = foreignToken(subject);
      await store.present(foreign, inTime());
      const brief = await openSession(store, { subject, maxAge: 1 });
      await until(async () => (await store.lookUp({ subject, sid: brief.sid, jti: null })).session === null);
      await store.present({ ...foreignToken(subject), sid: brief.sid }, inTime());
      await store.deny(subject, 'a', HOUR, inTime());
      await store.deny(subject, 'b', HOUR, inTime(), 'note');
      const ended = await openSession(store, { subject });
      await store.endSession(subject, ended.sid, inTime(), 'note');
      await store.endSession(subject, sid, inTime());
      await store.endSessions({ subject, before: 1_000, except: sid }, inTime());
      await store.endSessions({ subject, before: 1_000, except: sid, note: 'note' }, inTime());
      await store.listNoted(subject);
      const denied = await store.listNotedPage(subject, { limit: 1, after: null });
      await store.listNotedPage(subject, { limit: 1, after: denied.next });
      await endMany(newSubject(), { note: undefined });
      await endMany(newSubject(), { note: 'note' });
      await limitMany(newSubject());
      await (store as SqlRevocationStore).purge({ batch: 10 });
      await store.purgeStep();
    }

    /** The statement of a rotation depends on what ends the session. */
    async function rotateWithOtherEnds(subject: string): Promise<void> {
      for (const lifetime of [HOUR / 1_000, null]) {
        for (const maxAge of [HOUR, null]) {
          const session = await openSession(store, { subject });
          const answer = await store.present(
            tokenOf(session, { maxAge, successor: { ...newToken(), lifetime } }),
            inTime(),
          );
          expect(answer.outcome).toBe('rotated');
        }
      }
    }

    /** Opens more sessions than one statement ends beyond a limit. */
    async function limitMany(subject: string): Promise<void> {
      await Promise.all(Array.from({ length: MANY }, () => openSession(store, { subject })));
      await store.openSession(sessionToOpen({ subject, maxPerSubject: 1 }), inTime());
      await until(async () => (await store.listSessions(subject)).length === 1);
    }

    async function endMany(subject: string, { note }: { note: string | undefined }): Promise<void> {
      const opened = await Promise.all(Array.from({ length: MANY }, () => openSession(store, { subject })));
      const except = (opened[0] as { sid: string }).sid;
      await store.endSessions({ subject, before: null, except, note }, inTime());
      const rows = async () => {
        const [row] = rowsOf(
          await connected.query(
            `SELECT COUNT(*) AS count FROM jwt_revocation WHERE subject = '${subject}' AND kind = 'session'`,
            [],
          ),
        );
        return Number(row?.count);
      };
      await until(async () => (await rows()) === 1);
      await until(() => sent.some(({ sql }) => sql.includes('SET device')));
    }

    /** Adds sessions and denials of many subjects, so that an index is worth its use. */
    async function fill() {
      const subjects = await Promise.all(
        Array.from({ length: SUBJECTS }, async () => {
          const subject = newSubject();
          await Promise.all(
            Array.from({ length: ROWS_PER_SUBJECT }, async (_, index) =>
              index % 4 === 0
                ? openSession(store, { subject, token: newToken((index + 1) * 1_000) })
                : store.deny(subject, `jti${index}`, HOUR * index, inTime()),
            ),
          );
          return subject;
        }),
      );
      await addDenials(ROWS - SUBJECTS * ROWS_PER_SUBJECT);
      await connected.query(dialect === 'mysql' ? 'ANALYZE TABLE jwt_revocation' : 'ANALYZE', []);
      return openSession(store, { subject: subjects[0] as string });
    }

    /** Adds rows of denied ids, many with each statement. */
    async function addDenials(count: number): Promise<void> {
      for (let added = 0; added < count; added += 500) {
        const rows = Array.from(
          { length: 500 },
          (_, index) => `('${newSubject()}', 'denied', '${index}', 'r', ${inTime() + added})`,
        );
        await connected.query(
          `INSERT INTO jwt_revocation (subject, kind, id, revision, keep_until) VALUES ${rows.join(', ')}`,
          [],
        );
      }
    }
  });
}
