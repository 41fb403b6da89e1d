import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { SqlRevocationStore } from 'nestjs-jwt-extended/sql';
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
  const subject = newSubject();
  let takes = 0;
  /** The number of statements in one turn of the event loop. */
  let inTurn = 0;
  let most = 0;
  const store = new SqlRevocationStore({
    dialect: 'sqlite',
    query(sql, params) {
      most = Math.max(most, ++inTurn);
      setImmediate(() => (inTurn = 0));
      holdEventLoop(takes);
      return db.all(sql, params);
    },
  });

  beforeEach(async () => {
    takes = 0;
    db.exec('BEGIN');
    for (let index = 0; index < SESSIONS; index++) await openSession(store, { subject });
    db.exec('COMMIT');
    await new Promise((resolve) => setImmediate(resolve));
    takes = STATEMENT;
    inTurn = most = 0;
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
});
