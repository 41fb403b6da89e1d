import type { RevocationStore } from 'nestjs-jwt-extended/store';
import { SqlRevocationStore, type SqlDialectName, type SqlParameter, type SqlQuery } from 'nestjs-jwt-extended/sql';
import type { Connected } from './clients.js';
import { databases, type RunningDatabase } from './databases.js';
import { adopting, HOUR, inTime, newSubject, newToken, opened, opening, presenting } from './questions.js';

/** The command of each database that explains a statement, and the text that means a full table scan. */
const PLANS: Record<string, { dialect: SqlDialectName; explain: string; scan: RegExp }> = {
  PostgreSQL: { dialect: 'postgres', explain: 'EXPLAIN ', scan: /Seq Scan on jwt_revocation/ },
  MariaDB: { dialect: 'mysql', explain: 'EXPLAIN ', scan: /"table":"jwt_revocation"[^}]*"type":"(ALL|index)"/ },
  SQLite: { dialect: 'sqlite', explain: 'EXPLAIN QUERY PLAN ', scan: /SCAN (TABLE )?(jwt_revocation|known)/ },
};

const SUBJECTS = 200;
const ROWS_PER_SUBJECT = 20;

for (const database of databases) {
  database.describe(`What is asked of ${database.name}`, () => {
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

    it('for a look-up is one SELECT for every query', async () => {
      const { subject, sid } = await opened(store);
      take();
      for (const asked of [
        { sid, jti: 'a' },
        { sid, jti: null },
        { sid: null, jti: 'a' },
        { sid: null, jti: null },
      ]) {
        await store.lookUp({ subject, ...asked });
        expect(take()).toEqual(['SELECT']);
      }
    });

    it('for the clock, a list of sessions and a judgement is one SELECT', async () => {
      const session = await opened(store);
      take();
      await store.now();
      await store.listSessions(session.subject);
      await store.present(presenting(session, { successor: null }), inTime());
      expect(take()).toEqual(['SELECT', 'SELECT', 'SELECT']);
    });

    it('for a write is little more', async () => {
      const session = await opened(store);
      const { subject, sid } = session;
      take();
      await opened(store, { subject });
      expect(take()).toEqual(['SELECT', 'INSERT']);
      await store.openSession(opening({ subject, maxPerSubject: 5 }), inTime());
      expect(take()).toEqual(['SELECT', 'INSERT', 'SELECT']);
      await store.present(presenting(session), inTime());
      expect(take()).toEqual(['SELECT', 'UPDATE']);
      await store.deny(subject, 'a', HOUR, inTime());
      expect(take()).toEqual(['INSERT']);
      await store.endSession(subject, sid, inTime());
      expect(take()).toEqual(['DELETE']);
      await store.endSessions({ subject, before: null, except: null }, inTime());
      await store.endSessions({ subject, before: null, except: null }, inTime());
      const all = dialect === 'postgres' ? 'WITH' : 'UPDATE';
      expect(take()).toEqual(['SELECT', 'INSERT', 'SELECT', all, 'SELECT', all]);
    });

    it('uses an index, with any other rows', async () => {
      const { subject, sid } = await fill();
      take();
      await store.lookUp({ subject, sid, jti: 'a' });
      await store.listSessions(subject);
      const session = await opened(store, { subject, maxPerSubject: 2 });
      await store.present(presenting(session), inTime());
      await store.present(presenting({ ...session, id: 'stolen' }), inTime());
      await store.present(adopting(subject), inTime());
      await store.deny(subject, 'a', HOUR, inTime());
      await store.endSession(subject, sid, inTime());
      await store.endSessions({ subject, before: 1_000, except: sid }, inTime());
      await (store as SqlRevocationStore).purge({ batch: 10 });
      const statements = sent.splice(0);
      expect(statements.length).toBeGreaterThan(15);
      for (const { sql, params } of statements) {
        const plan = JSON.stringify(await connected.query(explain + sql, params));
        expect(scan.test(plan) ? `${sql}\n${plan}` : '').toBe('');
      }
    });

    /** Sessions, denials and cut-offs of many, so that a database has something to choose from. */
    async function fill() {
      const subjects = await Promise.all(
        Array.from({ length: SUBJECTS }, async () => {
          const subject = newSubject();
          await Promise.all(
            Array.from({ length: ROWS_PER_SUBJECT }, async (_, index) =>
              index % 4 === 0
                ? opened(store, { subject, token: newToken((index + 1) * 1_000) })
                : store.deny(subject, `jti${index}`, HOUR * index, inTime()),
            ),
          );
          return subject;
        }),
      );
      await connected.query(dialect === 'mysql' ? 'ANALYZE TABLE jwt_revocation' : 'ANALYZE', []);
      return opened(store, { subject: subjects[0] as string });
    }
  });
}
