import { writeFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Answer } from '../support/http-client.js';
import { useJwtApp } from '../support/jwt-app.js';
import { resolveSettings } from '../../src/options/resolve-settings.js';
import { SETTINGS } from '../../src/options/tokens.js';
import { ExampleProject } from './example-project.js';
import { readPage } from './page.js';

const PAGES = ['docs/guide/cookies.md', 'docs/guide/csrf.md', 'docs/reference/csrf-defences.md'];
const blocks = PAGES.flatMap((page) => readPage(page).blocks);

process.env.JWT_SECRET_KEY = '0123456789abcdef0123456789abcdef';
const project = new ExampleProject(blocks);
const { SessionController } = await import(project.path('src/session.controller.ts'));
const { FormController } = await import(project.path('src/form.controller.ts'));
const { prefixedNames } = await import(project.path('src/prefixed-names.ts'));
const { AppModule } = await import(project.path('src/app.module.ts'));

afterAll(() => project.remove());

it('shows valid options', async () => {
  const module = await Test.createTestingModule({ imports: [AppModule as Type] }).compile();
  const settings: unknown = module.get(SETTINGS, { strict: false });
  expect(settings).toMatchObject({ tokenLocation: ['cookies'], cookies: { refresh: { path: '/session' } } });
  expect(() => resolveSettings({ secret: 'xy'.repeat(16), ...prefixedNames })).not.toThrow();
});

it('recommends names with __Host- for all cookies, because another host can set a __Secure- cookie', () => {
  const { cookies, csrf } = resolveSettings({ secret: 'xy'.repeat(16), ...prefixedNames });
  const all = [
    cookies.access,
    cookies.refresh,
    ...(['access', 'refresh'] as const).map((kind) => ({
      name: csrf?.[kind].cookieName,
      path: csrf?.[kind].cookiePath,
    })),
  ];
  for (const cookie of all) expect(cookie).toEqual({ name: expect.stringMatching(/^__Host-/), path: '/' });
  expect(cookies).toMatchObject({ secure: true, domain: null });
});

/** The cookies of a response, by name. */
function cookiesOf({ setCookies }: Answer): Record<string, string> {
  return Object.fromEntries(setCookies.map((line) => (line.split(';')[0] ?? '').split('=') as [string, string]));
}

const headersOf = (cookies: Record<string, string>, value = '') =>
  [
    [
      'Cookie',
      Object.entries(cookies)
        .map((pair) => pair.join('='))
        .join('; '),
    ],
    ['X-CSRF-TOKEN', value],
  ] as const;

describe('the session', () => {
  const app = useJwtApp('express', {
    controllers: [SessionController],
    options: { tokenLocation: 'cookies', cookies: { refresh: { path: '/session' } } },
  });

  it('is opened, refreshed and closed', async () => {
    const opened = await app.send('POST', '/session', { body: { username: 'alice', password: 'secret' } });
    expect(opened).toEqual({ status: 201, body: { username: 'alice' } });
    const cookies = cookiesOf(opened);
    const headers = headersOf(cookies, cookies.csrf_refresh_token);
    const refreshed = await app.send('POST', '/session/refresh', { headers });
    expect(refreshed).toEqual({ status: 200, body: { username: 'alice' } });
    expect(Object.keys(cookiesOf(refreshed))).toEqual(['access_token_cookie', 'csrf_access_token']);
    const closed = await app.send('DELETE', '/session', { headers });
    expect(closed).toMatchObject({ status: 200 });
    expect(Object.values(cookiesOf(closed))).toEqual(['', '', '', '']);
    expect(await app.send('DELETE', '/session', { headers: headersOf(cookies) })).toMatchObject({ status: 401 });
  });
});

describe('the form', () => {
  const app = useJwtApp('express', {
    controllers: [FormController],
    options: { tokenLocation: 'cookies', csrf: { checkForm: true, inCookies: false } },
  });

  it('sends the rendered CSRF value', async () => {
    const cookie = ['Cookie', `access_token_cookie=${await app.tokens.createAccessToken('alice')}`] as const;
    const page = await app.send('GET', '/form', { headers: [cookie] });
    const value = /name="csrf_token" value="([^"]+)"/.exec(String(page.body))?.[1];
    const headers = [cookie, ['Content-Type', 'application/x-www-form-urlencoded']] as const;
    const body = `text=hello&csrf_token=${value}`;
    expect(await app.send('POST', '/form', { headers, body })).toEqual({ status: 201, body: { text: 'hello' } });
    expect(await app.send('POST', '/form', { headers, body: 'text=hello' })).toMatchObject({ status: 401 });
  });
});

it('shows a function that sends the CSRF value', async () => {
  const code = blocks.find(({ language }) => language === 'js')?.code ?? '';
  writeFileSync(project.path('send.js'), code);
  const { send } = await import(project.path('send.js'));
  const sent = jest.fn<typeof fetch>();
  const page = { document: { cookie: 'a=1; csrf_refresh_token=b%20c; csrf_access_token=v' }, fetch: sent };
  const before = { fetch: globalThis.fetch };
  Object.assign(globalThis, page);
  try {
    send('POST', '/notes', { text: 'x' });
    send('POST', '/session/refresh', {}, 'csrf_refresh_token');
    page.document.cookie = 'csrf_access_token=v; a=1; csrf_access_token=v';
    send('POST', '/notes', {});
    page.document.cookie = 'csrf_access_token=planted; csrf_access_token=v';
    send('POST', '/notes', {});
    page.document.cookie = '';
    send('POST', '/session', {});
  } finally {
    Object.assign(globalThis, before, { document: undefined });
  }
  const values = sent.mock.calls.map(([, init]) => (init?.headers as Record<string, string>)['X-CSRF-TOKEN']);
  expect(values).toEqual(['v', 'b c', 'v', undefined, undefined]);
  expect(sent.mock.calls[0]).toEqual(['/notes', expect.objectContaining({ method: 'POST', body: '{"text":"x"}' })]);
});
