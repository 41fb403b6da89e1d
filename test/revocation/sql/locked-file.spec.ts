import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { SqlRevocationStore } from 'nestjs-jwt-extended/sql';
import sqlite from 'node-sqlite3-wasm';
import { ADAPTERS } from '../../support/adapters.js';
import { UNAVAILABLE, useSessionApp } from '../../support/session-app.js';

describe.each(ADAPTERS)('A SQLite file that another process has locked, on %s', (adapter) => {
  const folder = mkdtempSync(join(tmpdir(), 'locked-'));
  const open = () => new sqlite.Database(join(folder, 'sessions.db'));
  const [db, other] = [open(), open()];
  db.exec(readFileSync('migrations/sqlite.sql', 'utf8'));
  const store = new SqlRevocationStore({ dialect: 'sqlite', query: (sql, params) => db.all(sql, params) });
  const app = useSessionApp(adapter, {}, store);
  beforeAll(() => Logger.overrideLogger(false));
  afterAll(() => {
    for (const connection of [db, other]) connection.close();
    rmSync(folder, { recursive: true });
  });

  it('is an outage until the lock ends, and loses nothing', async () => {
    const pair = await app.logIn();
    other.exec('BEGIN EXCLUSIVE');
    const refused = [
      await app.get('/me', pair.accessToken),
      await app.get('/optional', pair.accessToken),
      await app.tryToRefresh(pair),
      await app.send('POST', '/login?user=bob'),
      await app.send('DELETE', '/logout', { token: pair.refreshToken }),
    ];
    expect(refused).toEqual(refused.map(() => UNAVAILABLE));
    expect(await app.get('/unchecked', pair.accessToken)).toMatchObject({ status: 200 });
    other.exec('COMMIT');
    expect(await app.get('/me', pair.accessToken)).toMatchObject({ status: 200 });
    const next = await app.refresh(pair);
    expect(await app.send('DELETE', '/logout', { token: next.refreshToken })).toMatchObject({ status: 200 });
    await app.expectOver(next);
  });
});
