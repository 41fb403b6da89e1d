import { Controller, Post } from '@nestjs/common';
import { JwtExtendedException, JwtRequired } from 'nestjs-jwt-extended';
import * as library from 'nestjs-jwt-extended';
import { useJwtApp } from '../support/jwt-app.js';
import { quoted, rowsOf } from './page.js';

type AnyException = new (message?: string) => JwtExtendedException;

const exceptions = Object.entries(library).filter(
  ([, value]) => typeof value === 'function' && Object.prototype.isPrototypeOf.call(JwtExtendedException, value),
) as unknown as [string, AnyException][];
const rows = rowsOf('docs/reference/errors.md', ['exception', 'code', 'status', 'message']);

it('shows every exception and no other class', () => {
  expect(rows.flatMap(([name]) => quoted(name)).sort()).toEqual(exceptions.map(([name]) => name).sort());
});

it.each(exceptions)('shows code and status of %s', (name, Exception) => {
  const [, code, status] = rows.find(([cell]) => quoted(cell)[0] === name) ?? [];
  const error = new Exception('a reason');
  expect([quoted(code), status]).toEqual([[error.code], String(error.getStatus())]);
});

describe('shows the real message:', () => {
  @JwtRequired({ locations: ['cookies', 'headers'] })
  @Controller()
  class AnyController {
    @Post('access')
    access() {}

    @JwtRequired({ refresh: true })
    @Post('refresh')
    refresh() {}

    @JwtRequired({ locations: 'headers' })
    @Post('headers')
    headers() {}
  }
  const userLookup = ({ sub }: library.JwtPayload) => (sub === '42' ? null : {});
  const app = useJwtApp('express', { controllers: [AnyController], options: { userLookup } });

  const byCookie = async (...headers: [string, string][]) => {
    const cookie = `access_token_cookie=${await app.tokens.createAccessToken('1')}`;
    return app.send('POST', '/access', { headers: [['Cookie', cookie], ...headers] });
  };
  const causes: Record<string, () => Promise<{ body: unknown }>> = {
    'Missing Authorization Header': () => app.send('POST', '/headers'),
    'Missing CSRF token': () => byCookie(),
    'CSRF double submit tokens do not match': () => byCookie(['X-CSRF-TOKEN', 'other']),
    'Error loading the user 42': async () =>
      app.send('POST', '/access', { token: await app.tokens.createAccessToken('42') }),
    'Signature verification failed': async () =>
      app.send('POST', '/access', { token: (await app.tokens.createAccessToken('1')).replace(/[^.]+$/, 'AAAA') }),
    'Only refresh tokens are allowed': async () =>
      app.send('POST', '/refresh', { token: await app.tokens.createAccessToken('1') }),
    'Only non-refresh tokens are allowed': async () =>
      app.send('POST', '/access', { token: await app.tokens.createRefreshToken('1') }),
  };
  const shown = rows.flatMap(([name, , , message]) => quoted(message).map((text) => [text, quoted(name)[0]]));

  it.each(shown)('%s', async (message = '', name) => {
    const cause = causes[message];
    const Exception = exceptions.find(([own]) => own === name)?.[1] as AnyException;
    const body = cause === undefined ? new Exception().getResponse() : (await cause()).body;
    expect(body).toEqual({ msg: message });
  });
});
