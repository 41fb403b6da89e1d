import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import type { RevocationStore } from 'nestjs-jwt-extended/store';
import type { Connected } from './clients.js';
import { databases, type Database, type RunningDatabase } from './databases.js';
import { adopting, HOUR, inTime, newSubject, opened, opening, presenting, type Opened } from './questions.js';

/** The time limit of a write, and the time for which a lock delays it. */
const MAY_TAKE = 100;
const WAITS = 250;

/** Locks of another transaction. */
interface Holder {
  /** Changes something, or locks it, in a transaction. */
  run(sql: string, ...params: string[]): Promise<unknown>;
  /** Rolls the change back, so that no other transaction sees a new row. */
  release(): Promise<void>;
}

interface Locks {
  readonly connect: (url: string) => Promise<Holder>;
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

type Write = (store: RevocationStore, session: Opened, deadline: number) => unknown;

/** Each write, of a subject that has a session, a cut-off and a token that is denied for a short time. */
const WRITES: Record<string, Write> = {
  'consumes a refresh token': (store, session, deadline) => store.present(presenting(session), deadline),
  'ends a session for a reuse': (store, session, deadline) =>
    store.present(presenting({ ...session, id: 'stolen' }), deadline),
  'replaces a refresh token': (store, { subject, sid }, deadline) =>
    store.openSession(opening({ subject, sid, existing: true }), deadline),
  'adopts a token': (store, { subject }, deadline) => store.present(adopting(subject), deadline),
  'ends a session': (store, { subject, sid }, deadline) => store.endSession(subject, sid, deadline),
  'ends all sessions': (store, { subject }, deadline) =>
    store.endSessions({ subject, before: null, except: null }, deadline),
  'denies a token for longer': (store, { subject }, deadline) => store.deny(subject, 'jti', HOUR * 2, deadline),
};

const ADDING: Record<string, Write> = {
  'opens a session': (store, { subject }, deadline) => store.openSession(opening({ subject }), deadline),
  'denies another token': (store, { subject }, deadline) => store.deny(subject, 'another', HOUR, deadline),
  'ends all sessions of somebody without any': (store, _, deadline) =>
    store.endSessions({ subject: newSubject(), before: null, except: null }, deadline),
};

async function snapshot(store: RevocationStore, { subject, sid }: Opened) {
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
    const session = await opened(store);
    await store.endSessions({ subject: session.subject, before: 1_000, except: null }, inTime());
    await store.deny(session.subject, 'jti', HOUR, inTime());
    return session;
  };

  const expectLate = async (write: Write, lock: (holder: Holder, session: Opened) => Promise<unknown>) => {
    const session = await prepare();
    const before = await snapshot(store, session);
    const holder = await connect(running.url);
    await lock(holder, session);
    // The server runs on this machine; its own clock may be locked.
    const writing = write(store, session, Date.now() + MAY_TAKE);
    await sleep(WAITS);
    await holder.release();
    expect([false, { outcome: 'late' }]).toContainEqual(await writing);
    expect(await snapshot(store, session)).toEqual(before);
    expect([true, expect.objectContaining({ outcome: expect.not.stringMatching('late') })]).toContainEqual(
      await write(store, session, inTime()),
    );
  };
  it.each(Object.entries(WRITES))(
    'a write that %s does nothing when it has waited for a row too long',
    (_name, write) =>
      expectLate(write, (holder, { subject }) =>
        holder.run('SELECT * FROM jwt_revocation WHERE subject = ? FOR UPDATE', subject),
      ),
  );

  it.each(Object.entries(WRITES))('a write that %s does nothing when another one was taken back', (_name, write) =>
    expectLate(write, (holder, { subject }) =>
      holder.run(`UPDATE jwt_revocation SET revision = 'another' WHERE subject = ?`, subject),
    ),
  );

  it.each(Object.entries({ ...WRITES, ...ADDING }))(
    'a write that %s does nothing when it has waited for the table too long',
    (_name, write) => expectLate(write, (holder) => holder.run(lockTable)),
  );

  it.each(Object.entries({ ...WRITES, ...ADDING }))(
    'a write that %s waits for the table while it may',
    async (_name, write) => {
      const session = await prepare();
      const holder = await connect(running.url);
      await holder.run(lockTable);
      const writing = write(store, session, inTime());
      await sleep(100);
      await holder.release();
      expect([true, expect.objectContaining({ outcome: expect.not.stringMatching('late') })]).toContainEqual(
        await writing,
      );
    },
  );
}

for (const database of databases) {
  const locks = LOCKS[database.name];
  if (locks !== undefined) database.describe(`On ${database.name}`, () => describeLateness(database, locks));
}
