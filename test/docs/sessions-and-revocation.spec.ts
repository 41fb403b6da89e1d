import { Logger } from '@nestjs/common';
import type { SessionInfo, TokenPair } from 'nestjs-jwt-extended';
import { ExampleProject } from './example-project.js';
import { readPage } from './page.js';
import { ADAPTERS, startApp, type RunningApp } from '../support/adapters.js';
import { SECRET } from '../support/forge.js';
import { send } from '../support/http-client.js';
import { RecordingLogger } from '../support/recording-logger.js';

process.env.JWT_SECRET_KEY = SECRET;

const PAGES = ['docs/guide/sessions-and-revocation.md', 'docs/guide/stolen-refresh-tokens.md'];
const project = new ExampleProject(PAGES.flatMap((page) => readPage(page).blocks));
const { AppModule } = await import(project.path('src/app.module.ts'));
const { AuditLog } = await import(project.path('src/audit-log.ts'));

afterAll(() => project.remove());

describe.each(ADAPTERS)('the sessions of the example, on %s', (adapter) => {
  const log = new RecordingLogger();
  let app: RunningApp;
  beforeAll(async () => {
    app = await startApp(adapter, { imports: [AppModule], providers: [AuditLog] }, (builder) => builder.setLogger(log));
    Logger.overrideLogger(log);
  });
  afterAll(async () => {
    await app.close();
    Logger.overrideLogger(false);
  });

  const request = async (route: string, token?: string) => {
    const [method = '', path = ''] = route.split(' ');
    return send(method, `${app.url}/auth${path}`, { token });
  };
  // The example has one store for both adapters, so the names of the users must differ.
  const logIn = async (user: string) => (await request(`POST /login?user=${user}-${adapter}`)).body as TokenPair;
  const refresh = async ({ refreshToken }: TokenPair) =>
    (await request('POST /refresh', refreshToken)).body as TokenPair;
  const REVOKED = { status: 401, body: { msg: 'Token has been revoked' } };

  it('return tokens that no cache stores', async () => {
    const opened = await request(`POST /login?user=eve-${adapter}`);
    const refreshed = await request('POST /refresh', (opened.body as TokenPair).refreshToken);
    for (const answer of [opened, refreshed]) expect(answer.header('cache-control')).toBe('no-store');
  });

  it('rotate; a reuse ends the session and is in the audit log', async () => {
    const first = await logIn('alice');
    const third = await refresh(await refresh(first));
    expect(await request('POST /refresh', first.refreshToken)).toEqual(REVOKED);
    expect(await request('GET /sessions', third.accessToken)).toEqual(REVOKED);
    expect(log.warnings).toEqual([expect.stringContaining('Somebody has a copy of a token of alice')]);
  });

  it('can be listed and ended one by one, only by their user', async () => {
    const [here, there, ofBob] = [await logIn('carl'), await logIn('carl'), await logIn('bob')];
    const sessions = (await request('GET /sessions', here.accessToken)).body as SessionInfo[];
    expect(sessions).toHaveLength(2);
    const [other] = (await request('GET /sessions', there.accessToken)).body as SessionInfo[];
    expect(await request(`DELETE /sessions/${other?.sid}`, ofBob.accessToken)).toMatchObject({ status: 204 });
    expect(await request('GET /sessions', there.accessToken)).toMatchObject({ status: 200 });
    expect(await request(`DELETE /sessions/${other?.sid}`, here.accessToken)).toMatchObject({ status: 204 });
    expect(await request('GET /sessions', there.accessToken)).toEqual(REVOKED);
  });

  it('end after log-out, one or all of them', async () => {
    const [one, two, three] = [await logIn('dora'), await logIn('dora'), await logIn('dora')];
    expect(await request('DELETE /logout', one.refreshToken)).toMatchObject({ status: 204 });
    expect(await request('GET /sessions', one.accessToken)).toEqual(REVOKED);
    expect(await request('DELETE /sessions', two.accessToken)).toMatchObject({ status: 204 });
    for (const { refreshToken } of [two, three]) expect(await request('POST /refresh', refreshToken)).toEqual(REVOKED);
  });
});
