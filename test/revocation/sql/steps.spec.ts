import { SqlRevocationStore, type SqlParameter, type SqlQuery } from 'nestjs-jwt-extended/sql';
import { rowsOf } from '../../../src/stores/sql/sql-result.js';
import { inTime, newSubject, openSession, sessionToOpen } from '../../support/store-calls.js';
import { until } from '../../support/until.js';
import type { Connected } from './clients.js';
import { databases, type RunningDatabase } from './databases.js';

/** The sessions of one user. A step ends 200 of them. */
const SESSIONS = 2_000;

/** A step finds 200 rows and changes them, so it reads each of them at most twice. */
const MOST_ROWS = 450;

/** A node of a plan that the database has run. */
type Plan = Readonly<Record<string, unknown>>;

/** How a database runs a statement and reports the rows that it has read: those of every node that reads a table or an index. */
const MEASURES: Record<string, { readonly explain: string; rowsOf(plan: Plan): number }> = {
  PostgreSQL: {
    explain: 'EXPLAIN (ANALYZE, FORMAT JSON) ',
    rowsOf: (plan) =>
      String(plan['Node Type']).includes('Scan')
        ? (Number(plan['Actual Rows']) + Number(plan['Rows Removed by Filter'] ?? 0)) * Number(plan['Actual Loops'])
        : 0,
  },
  MariaDB: {
    explain: 'ANALYZE FORMAT=JSON ',
    rowsOf: (plan) => Number(plan.r_rows ?? 0) * Number(plan.r_loops ?? 0),
  },
};

/** The largest number of rows that one node has read. */
function mostRows(value: unknown, rowsOfNode: (plan: Plan) => number): number {
  if (typeof value === 'string') return value.startsWith('{') ? mostRows(JSON.parse(value), rowsOfNode) : 0;
  if (typeof value !== 'object' || value === null) return 0;
  const own = rowsOfNode(value as Plan) || 0;
  return Math.max(own, ...Object.values(value).map((inner) => mostRows(inner, rowsOfNode)));
}

for (const database of databases.filter(({ name }) => name in MEASURES)) {
  database.describe(`The steps that remove many rows on ${database.name}`, () => {
    const measure = MEASURES[database.name] as (typeof MEASURES)[string];
    let running: RunningDatabase;
    let connected: Connected;
    let store: SqlRevocationStore;
    let read: { sql: string; rows: number }[] = [];
    let isMeasured = false;
    const query: SqlQuery = async (sql, params: SqlParameter[]) => {
      // A measured statement runs twice. A comparison of a revision would fail the second time.
      if (isMeasured && /^(SELECT MAX|SELECT id|DELETE|UPDATE)/.test(sql) && !sql.includes('AND revision =')) {
        const plan = rowsOf(await connected.query(measure.explain + sql, params));
        read.push({ sql, rows: mostRows(plan, measure.rowsOf) });
      }
      return connected.query(sql, params);
    };

    beforeAll(async () => {
      running = await database.start();
      connected = await (database.clients[0] as (typeof database.clients)[0]).connect(running.url);
      store = new SqlRevocationStore({ dialect: database.dialect, query });
    });
    beforeEach(() => {
      isMeasured = false;
      read = [];
    });
    afterAll(async () => {
      await connected.close();
      await running.stop();
    });

    const openMany = async (subject: string) => {
      for (let index = 0; index < SESSIONS; index += 50) {
        await Promise.all(Array.from({ length: 50 }, () => openSession(store, { subject })));
      }
    };
    const left = async (subject: string) => {
      const rows = await connected.query(
        `SELECT COUNT(*) AS count FROM jwt_revocation WHERE subject = '${subject}' AND kind = 'session'`,
        [],
      );
      return Number(rowsOf(rows)[0]?.count);
    };
    /** The statements that have read more rows, except the first ones: a log-in orders the sessions once. */
    const tooMany = (first: number) => read.slice(first).filter(({ rows }) => rows > MOST_ROWS);

    it.each([undefined, 'a note'])('read only their own rows after a log-out everywhere (note: %s)', async (note) => {
      const subject = newSubject();
      await openMany(subject);
      isMeasured = true;
      await store.endSessions({ subject, before: null, except: null, note }, inTime());
      await until(async () => (await left(subject)) === 0);
      expect(read.length).toBeGreaterThan(SESSIONS / 200);
      expect(Math.max(...read.map(({ rows }) => rows))).toBeGreaterThan(0);
      expect(tooMany(0)).toEqual([]);
    });

    it('read only their own rows after a log-in that exceeds the limit', async () => {
      const subject = newSubject();
      await openMany(subject);
      isMeasured = true;
      await store.openSession(sessionToOpen({ subject, maxPerSubject: 5 }), inTime());
      await until(async () => (await left(subject)) === 5);
      // The log-in ends 200 sessions itself, and finds the last session within the limit.
      expect(read.length).toBeGreaterThan(SESSIONS / 200);
      expect(tooMany(3)).toEqual([]);
    });

    it('read only their own rows when they purge', async () => {
      const rows = Array.from({ length: SESSIONS }, (_, index) => `('${newSubject()}', 'denied', '${index}', 'r', 1)`);
      const columns = 'subject, kind, id, revision, keep_until';
      await connected.query(`INSERT INTO jwt_revocation (${columns}) VALUES ${rows.join(', ')}`, []);
      isMeasured = true;
      // Each step runs twice.
      for (let step = 0; step < SESSIONS / 400; step++) await store.purgeStep();
      expect(await store.purgeStep()).toBe(false);
      expect(read).toHaveLength(SESSIONS / 400 + 1);
      expect(tooMany(0)).toEqual([]);
    });
  });
}
