import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import type { RevocationStore } from 'nestjs-jwt-extended/store';
import type { Connected } from './clients.js';
import { databases, type Database, type RunningDatabase } from './databases.js';
import {
  foreignToken,
  HOUR,
  inTime,
  newSubject,
  openSession,
  sessionToOpen,
  tokenOf,
  type OpenedSession,
} from '../../support/store-calls.js';

/** The time limit of a write, and the duration of a lock, in milliseconds. */
const MAY_TAKE = 100;
const WAITS = 250;

/** A transaction of another client that holds locks. */
interface Blocker {
  /** Changes or locks rows in the transaction. */
  run(sql: string, ...params: string[]): Promise<unknown>;
  /** Rolls the transaction back, so that no other client sees its changes. */
  release(): Promise<void>;
}

interface Locks {
  readonly connect: (url: string) => Promise<Blocker>;
  readonly lockTable: string;
}

const LOCKS: Record<string, Locks> = {
  PostgreSQL: {
    async connect(url) {
      const client = new pg.Client(url);
      await client.connect();
      await client.query('BEGIN');
      return {
        run: (sql, ...params) => client.query(sql.replace('?', '$1'), params),
        release: async () => {
          await client.query('ROLLBACK');
          await client.end();
        },
      };
    },
    lockTable: 'LOCK TABLE jwt_revocation IN ACCESS EXCLUSIVE MODE',
  },
  MariaDB: {
    async connect(url) {
      const connection = await createConnection(url);
      await connection.query('START TRANSACTION');
      return {
        run: (sql, ...params) => connection.query(sql, params),
        release: async () => {
          await connection.query('ROLLBACK');
          await connection.query('UNLOCK TABLES');
          await connection.end();
        },
      };
    },
    lockTable: 'LOCK TABLES jwt_revocation WRITE',
  },
};

type Write = (store: RevocationStore, session: OpenedSession, deadline: number) => unknown;

/** The writes for a subject that has a session, a cut-off and a denied token. */
const WRITES: Record<string, Write> = {
  'consumes a refresh token': (store, session, deadline) => store.present(tokenOf(session), deadline),
  'ends a session for a reuse': (store, session, deadline) =>
    store.present(tokenOf({ ...session, id: 'stolen' }), deadline),
  'replaces a refresh token': (store, { subject, sid }, deadline) =>
    store.openSession(sessionToOpen({ subject, sid, existing: true }), deadline),
  'adopts a token': (store, { subject }, deadline) => store.present(foreignToken(subject), deadline),
  'ends a session': (store, { subject, sid }, deadline) => store.endSession(subject, sid, deadline),
  'ends all sessions': (store, { subject }, deadline) =>
    store.endSessions({ subject, before: null, except: null }, deadline),
  'denies a token for longer': (store, { subject }, deadline) => store.deny(subject, 'jti', HOUR * 2, deadline),
};

const ADDING: Record<string, Write> = {
  'opens a session': (store, { subject }, deadline) => store.openSession(sessionToOpen({ subject }), deadline),
  'denies another token': (store, { subject }, deadline) => store.deny(subject, 'another', HOUR, deadline),
  'ends all sessions of a subject without sessions': (store, _, deadline) =>
    store.endSessions({ subject: newSubject(), before: null, except: null }, deadline),
};

async function snapshot(store: RevocationStore, { subject, sid }: OpenedSession) {
  const [known, another] = await Promise.all(
    ['jti', 'another'].map(async (jti) => store.lookUp({ subject, sid, jti })),
  );
  return { known, another, sessions: await store.listSessions(subject) };
}

function describeLateness(database: Database, { connect, lockTable }: Locks): void {
  let running: RunningDatabase;
  let connected: Connected;
  let store: RevocationStore;
  beforeAll(async () => {
    running = await database.start();
    connected = await (database.clients[0] as (typeof database.clients)[0]).connect(running.url);
    ({ store } = connected);
  });
  afterAll(async () => {
    await connected.close();
    await running.stop();
  });

  const prepare = async () => {
    const session = await openSession(store);
    await store.endSessions({ subject: session.subject, before: 1_000, except: null }, inTime());
    await store.deny(session.subject, 'jti', HOUR, inTime());
    return session;
  };

  const expectLate = async (write: Write, lock: (blocker: Blocker, session: OpenedSession) => Promise<unknown>) => {
    const session = await prepare();
    const before = await snapshot(store, session);
    const blocker = await connect(running.url);
    await lock(blocker, session);
    // The server runs on this machine, so its clock is the same. A query to the server would wait for the lock.
    const writing = write(store, session, Date.now() + MAY_TAKE);
    await sleep(WAITS);
    await blocker.release();
    expect([false, { outcome: 'late' }]).toContainEqual(await writing);
    expect(await snapshot(store, session)).toEqual(before);
    expect([true, expect.objectContaining({ outcome: expect.not.stringMatching('late') })]).toContainEqual(
      await write(store, session, inTime()),
    );
  };
  it.each(Object.entries(WRITES))(
    'a write that %s changes nothing after it has waited too long for a row',
    (_name, write) =>
      expectLate(write, (blocker, { subject }) =>
        blocker.run('SELECT * FROM jwt_revocation WHERE subject = ? FOR UPDATE', subject),
      ),
  );

  it.each(Object.entries(WRITES))(
    'a write that %s changes nothing after another write was rolled back',
    (_name, write) =>
      expectLate(write, (blocker, { subject }) =>
        blocker.run(`UPDATE jwt_revocation SET revision = 'another' WHERE subject = ?`, subject),
      ),
  );

  it.each(Object.entries({ ...WRITES, ...ADDING }))(
    'a write that %s changes nothing after it has waited too long for the table',
    (_name, write) => expectLate(write, (blocker) => blocker.run(lockTable)),
  );

  it.each(Object.entries({ ...WRITES, ...ADDING }))(
    'a write that %s waits for the table until its deadline',
    async (_name, write) => {
      const session = await prepare();
      const blocker = await connect(running.url);
      await blocker.run(lockTable);
      const writing = write(store, session, inTime());
      await sleep(100);
      await blocker.release();
      expect([true, expect.objectContaining({ outcome: expect.not.stringMatching('late') })]).toContainEqual(
        await writing,
      );
    },
  );
}

for (const database of databases) {
  const locks = LOCKS[database.name];
  if (locks !== undefined)
    database.describe(`Late writes on ${database.name}`, () => describeLateness(database, locks));
}
