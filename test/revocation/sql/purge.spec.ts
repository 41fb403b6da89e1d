import { setTimeout as sleep } from 'node:timers/promises';
import { SqlRevocationStore, type SqlQuery } from 'nestjs-jwt-extended/sql';
import { rowsOf } from '../../../src/stores/sql/sql-result.js';
import type { Connected } from './clients.js';
import { databases, type RunningDatabase } from './databases.js';
import { HOUR, inTime, newSubject, newToken, openSession } from '../../support/store-calls.js';

for (const database of databases) {
  database.describe(`Expired rows on ${database.name}`, () => {
    let running: RunningDatabase;
    let connected: Connected;
    let store: SqlRevocationStore;
    let deletes = 0;
    beforeAll(async () => {
      running = await database.start();
      connected = await (database.clients[0] as (typeof database.clients)[0]).connect(running.url);
    });
    beforeEach(async () => {
      await connected.query('DELETE FROM jwt_revocation WHERE 1 = 1', []);
      const query: SqlQuery = (sql, params) => {
        if (sql.startsWith('DELETE')) deletes++;
        return connected.query(sql, params);
      };
      store = new SqlRevocationStore({ dialect: database.dialect, query });
      deletes = 0;
    });
    afterAll(async () => {
      await connected.close();
      await running.stop();
    });

    const left = async () => {
      const rows = rowsOf(
        await connected.query('SELECT kind, COUNT(*) AS count FROM jwt_revocation GROUP BY kind', []),
      );
      return Object.fromEntries(rows.map(({ kind, count }) => [kind, Number(count)]));
    };

    it('are deleted in batches, and other rows stay', async () => {
      const subject = newSubject();
      await openSession(store, { subject });
      await openSession(store, { subject, token: newToken(null) });
      await openSession(store, { subject, maxAge: 1, leeway: HOUR });
      for (let index = 0; index < 5; index++) await openSession(store, { subject, maxAge: 1 });
      for (let index = 0; index < 5; index++) await store.deny(subject, `brief${index}`, 1, inTime());
      await store.deny(subject, 'long', HOUR, inTime());
      await store.deny(subject, 'for ever', null, inTime());
      await store.endSessions({ subject, before: 1_000, except: null }, inTime());
      await sleep(20);
      expect(await store.purge({ batch: 4 })).toBe(10);
      expect(deletes).toBe(3);
      expect(await left()).toEqual({ session: 3, denied: 2, 'cut-off': 1 });
      expect(await store.purge()).toBe(0);
    });

    it('include sessions that were ended', async () => {
      const subject = newSubject();
      await openSession(store, { subject });
      const { sid } = await openSession(store, { subject });
      await store.endSessions({ subject, before: null, except: sid }, inTime());
      expect(await store.purge()).toBe(1);
      expect(await left()).toEqual({ session: 1, 'cut-off': 1 });
    });

    it('are deleted from time to time by writes, in small batches', async () => {
      const subject = newSubject();
      for (let index = 0; index < 130; index++) await store.deny(subject, `brief${index}`, 1, inTime());
      await sleep(20);
      for (let index = 0; index < 64; index++) await store.deny(subject, `long${index}`, HOUR, inTime());
      for (let waited = 0; waited < 100 && (await left()).denied !== 64; waited++) await sleep(20);
      expect(await left()).toEqual({ denied: 64 });
      // At most one DELETE after each 32 of the 194 calls.
      expect(deletes).toBeLessThanOrEqual(6);
    });

    it('can be purged by several processes at once', async () => {
      const subject = newSubject();
      for (let index = 0; index < 60; index++) await store.deny(subject, `brief${index}`, 1, inTime());
      await sleep(20);
      await Promise.all([1, 2, 3, 4].map(() => store.purge({ batch: 7 })));
      expect(await left()).toEqual({});
    });

    it('are not purged if the batch is no number of rows', async () => {
      for (const batch of [0, -1, 1.5, NaN, '10' as unknown as number]) {
        await expect(store.purge({ batch })).rejects.toThrow('purge: "batch" must be a number of rows.');
      }
    });
  });
}
