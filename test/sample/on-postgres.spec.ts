import { Logger } from '@nestjs/common';
import { AppModule } from '../../sample/src/app.module.js';
import { Environment } from '../../sample/src/environment/environment.js';
import { startApp, type RunningApp } from '../support/adapters.js';
import { describeWithPostgres, PostgresServer } from '../support/postgres-server.js';
import { SampleClient } from './client.js';

interface Session {
  readonly sid: string;
  readonly current: boolean;
}

const revoked = { status: 401, body: { msg: 'Token has been revoked', code: 'JWT_REVOKED' } };

describeWithPostgres('The sample on DATABASE_URL', () => {
  const before = { ...process.env };
  let server: PostgresServer;
  const apps: RunningApp[] = [];
  let one: SampleClient;
  let other: SampleClient;

  /** Starts another application on the same database, like another process. */
  const start = async () => {
    const app = await startApp('express', { imports: [AppModule] });
    apps.push(app);
    return new SampleClient(app.url);
  };
  const sessionsOf = async (sample: SampleClient, token: string) =>
    (await sample.request('GET /auth/sessions', { token })).body as readonly Session[];

  beforeAll(async () => {
    server = await PostgresServer.start();
    Logger.overrideLogger(false);
    Object.assign(process.env, { DATABASE_URL: server.url, JWT_SECRET_KEY: 'xy'.repeat(16) });
    // This is what `npm run migrate` runs.
    await import('../../sample/src/migrate.js');
    one = await start();
    other = await start();
  });
  afterAll(async () => {
    process.env = before;
    await Promise.all(apps.map((app) => app.close()));
    await server.stop();
  });

  it('lists the sessions of a user and ends one of them, in every process', async () => {
    const [first, second] = [await one.pairOf('alice'), await other.pairOf('alice')];
    const listed = await sessionsOf(one, first.access_token);
    expect(listed.map(({ current }) => current).sort()).toEqual([false, true]);
    expect(await sessionsOf(other, second.access_token)).toHaveLength(2);
    const { sid } = listed.find(({ current }) => !current) as Session;
    const ended = await one.request(`DELETE /auth/sessions/${sid}`, { token: first.access_token });
    expect(ended).toEqual({ status: 200, body: { msg: 'session ended' } });
    for (const sample of [one, other]) {
      expect(await sample.request('GET /profile', { token: second.access_token })).toEqual(revoked);
      expect(await sample.request('GET /profile', { token: first.access_token })).toMatchObject({ status: 200 });
    }
    expect(await one.request('DELETE /auth/sessions', { token: first.access_token })).toMatchObject({ status: 200 });
    expect(await other.request('GET /profile', { token: first.access_token })).toEqual(revoked);
  });

  it('refreshes a session from before a restart', async () => {
    const { refresh_token: token } = await one.pairOf('bob');
    await Promise.all(apps.splice(0).map((app) => app.close()));
    [one, other] = [await start(), await start()];
    const refreshed = await other.request('POST /auth/refresh', { token });
    expect(refreshed).toMatchObject({ status: 200 });
    const { access_token: access } = refreshed.body as { access_token: string };
    expect(await sessionsOf(one, access)).toHaveLength(1);
  });
});

describe('The environment of the sample', () => {
  it('refuses two stores', () => {
    const both = { JWT_SECRET_KEY: 'xy'.repeat(16), DATABASE_URL: 'postgres://a', REDIS_URL: 'redis://b' };
    expect(() => new Environment(both)).toThrow('DATABASE_URL and REDIS_URL are both set');
  });
});
