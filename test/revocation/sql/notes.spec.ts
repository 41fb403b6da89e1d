import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import type { RevocationStore } from 'nestjs-jwt-extended/store';
import { SqlRevocationStore, type SqlParameter } from 'nestjs-jwt-extended/sql';
import type { Connected } from './clients.js';
import { databases, type RunningDatabase } from './databases.js';
import { HOUR, inTime, newSubject, openSession, tokenOf } from '../../support/store-calls.js';

for (const database of databases) {
  database.describe(`Notes on ${database.name}`, () => {
    const { dialect } = database;
    let running: RunningDatabase;
    let connected: Connected;
    let store: RevocationStore;
    let sent: string[] = [];

    beforeAll(async () => {
      running = await database.start();
      connected = await (database.clients[0] as (typeof database.clients)[0]).connect(running.url);
      const query = (sql: string, params: SqlParameter[]) => {
        sent.push(sql);
        return connected.query(sql, params);
      };
      store = new SqlRevocationStore({ dialect, query });
    });
    afterAll(async () => {
      await connected.close();
      await running.stop();
    });
    const run = async (text: string) => {
      for (const statement of text
        .replaceAll(/--.*/g, '')
        .split(';')
        .filter((part) => part.trim() !== '')) {
        await connected.query(statement, []);
      }
    };

    it('leave no token in the row of a session that ended', async () => {
      const { subject, sid } = await openSession(store);
      await store.endSession(subject, sid, inTime(), "it's \u00e9");
      const rows = await connected.query(
        `SELECT current_token AS a, parent_token AS b, csrf AS c FROM jwt_revocation WHERE kind = 'ended'`,
        [],
      );
      expect(JSON.stringify(rows)).toMatch(/"a":null,"b":null,"c":null/);
    });

    it('are named only by statements that have or list one', async () => {
      const session = await openSession(store);
      const { subject, sid } = session;
      sent = [];
      await store.lookUp({ subject, sid, jti: 'a' });
      await store.lookUpMany([{ subject, sid, jti: 'a' }]);
      await store.listSessions(subject);
      await store.present(tokenOf(session), inTime());
      await store.deny(subject, 'a', HOUR, inTime());
      await store.endSession(subject, sid, inTime());
      await store.endSessions({ subject, before: null, except: null }, inTime());
      expect(sent.filter((sql) => sql.includes('note'))).toEqual([]);
      sent = [];
      await store.listNoted(subject);
      expect(sent).toHaveLength(2);
      await store.deny(subject, 'a', HOUR, inTime(), 'note');
      expect(sent).toHaveLength(3);
    });

    it('are in no error of a driver that prints the values of a statement', async () => {
      const failing = new SqlRevocationStore({
        dialect,
        query: async (sql, params) => {
          if (sql.startsWith('SELECT')) return connected.query(sql, params);
          throw new Error(`${sql} failed: ${params.join(', ')}`);
        },
      });
      const subject = newSubject();
      for (const write of [
        () => failing.deny(subject, 'a', HOUR, inTime(), "it's stolen"),
        () => failing.endSession(subject, 'a', inTime(), "it's stolen"),
        () => failing.endSessions({ subject, before: null, except: null, note: "it's stolen" }, inTime()),
      ]) {
        const error = await write().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(Error);
        expect(inspect(error)).not.toContain('stolen');
      }
    });

    it('need columns that a migration adds to an old table', async () => {
      await run('ALTER TABLE jwt_revocation DROP COLUMN note; ALTER TABLE jwt_revocation DROP COLUMN noted_at');
      const subject = newSubject();
      const { sid } = await openSession(store, { subject });
      await store.deny(subject, 'a', HOUR, inTime());
      await store.endSession(subject, sid, inTime());
      await store.endSessions({ subject, before: null, except: null }, inTime());
      expect(await store.lookUp({ subject, sid, jti: 'a' })).toMatchObject({ session: null, denied: true });
      const migration = `migrations/${dialect}-notes.sql`;
      expect(await store.describeProblems()).toEqual([expect.stringContaining(`apply ${migration}`)]);
      const kept = await openSession(store, { subject });
      await expect((async () => store.endSession(subject, kept.sid, inTime(), 'note'))()).rejects.toThrow();
      expect((await store.lookUp({ subject, sid: kept.sid, jti: null })).session).not.toBeNull();

      await run(readFileSync(migration, 'utf8'));
      expect(await store.describeProblems()).toEqual([]);
      await store.endSession(subject, kept.sid, inTime(), 'note');
      await store.deny(subject, 'a', HOUR, inTime(), 'other');
      expect((await store.listNoted(subject)).map(({ note }) => note).sort()).toEqual(['note', 'other']);
      if (dialect !== 'sqlite') await run(readFileSync(migration, 'utf8'));
    });
  });
}
