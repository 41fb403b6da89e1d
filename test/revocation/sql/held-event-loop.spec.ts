import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { SqlRevocationStore } from 'nestjs-jwt-extended/sql';
import { until } from '../../support/until.js';
import { inTime, newSubject, openSession, sessionToOpen } from '../../support/store-calls.js';

/** Each statement takes at least so many milliseconds. */
const STATEMENT = 12;

/** Sessions that several statements read and end. */
const SESSIONS = 1_100;

function holdEventLoop(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

describe('A driver of SQLite that answers at once, with slow statements', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sqlite-'));
  const db = new sqlite.Database(join(folder, 'sessions.db'));
  db.exec(readFileSync('migrations/sqlite.sql', 'utf8'));
  let subject: string;
  let statements = 0;
  let takes = 0;
  /** The number of statements in one turn of the event loop. */
  let inTurn = 0;
  let most = 0;
  /** The rows that each DELETE has removed. */
  let removed: number[] = [];
  const store = new SqlRevocationStore({
    dialect: 'sqlite',
    query(sql, params) {
      statements++;
      most = Math.max(most, ++inTurn);
      setImmediate(() => (inTurn = 0));
      holdEventLoop(takes);
      const rows = db.all(sql, params);
      if (sql.startsWith('DELETE')) removed.push(rows.length);
      return rows;
    },
  });

  beforeEach(async () => {
    subject = newSubject();
    takes = 0;
    db.exec('BEGIN');
    for (let index = 0; index < SESSIONS; index++) await openSession(store, { subject });
    db.exec('COMMIT');
    await new Promise((resolve) => setImmediate(resolve));
    takes = STATEMENT;
    inTurn = most = 0;
    removed = [];
  });
  // The store goes on to remove sessions after a call.
  afterEach(async () => {
    takes = 0;
    for (let before = -1; before !== statements;) {
      before = statements;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  afterAll(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  it.each<[string, () => Promise<unknown>]>([
    ['lists many sessions', () => store.listSessions(subject)],
    [
      'opens a session beyond the limit',
      () => store.openSession(sessionToOpen({ subject, maxPerSubject: 5 }), inTime()),
    ],
    ['ends many sessions', () => store.endSessions({ subject, before: null, except: null }, inTime())],
    ['purges expired rows', () => store.purge({ batch: 1 })],
  ])('lets other work come in after each statement when it %s', async (_, call) => {
    await call();
    expect(most).toBe(1);
  });

  it('removes 100 rows at once for the caller who waits, and then 50 with each statement', async () => {
    takes = 0;
    await store.openSession(sessionToOpen({ subject, maxPerSubject: 5 }), inTime());
    await until(() => removed.reduce((sum, rows) => sum + rows, 0) === SESSIONS - 4);
    expect(removed[0]).toBe(100);
    expect(Math.max(...removed.slice(1))).toBeLessThanOrEqual(50);
    removed = [];
    const columns = 'subject, kind, id, revision, keep_until';
    for (let index = 0; index < 120; index++) {
      db.run(`INSERT INTO jwt_revocation (${columns}) VALUES ('expired', 'denied', '${index}', 'r', 1)`);
    }
    while (await store.purgeStep());
    expect(removed.filter((rows) => rows > 0)).toEqual([50, 50, 20]);
  });
});
