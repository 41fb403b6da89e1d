import { Controller, Get } from '@nestjs/common';
import { Jwt, JwtRequired } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge, forgeJson, nowInSeconds } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class AccountController {
  @JwtRequired({ fresh: true })
  @Get('close')
  close() {
    return {};
  }

  @JwtRequired()
  @Get('read')
  read(@Jwt('fresh') fresh: unknown) {
    return { fresh };
  }
}

const FRESH = { status: 200, body: {} };
const STALE = { status: 401, body: { msg: 'Fresh token required' } };

describe.each(ADAPTERS)('a route that requires a fresh token on %s', (adapter) => {
  const app = useJwtApp(adapter, { options: { leeway: '1h' }, controllers: [AccountController] });
  const send = (token: string) => app.get('/close', token);

  it('accepts a token with fresh: true', async () => {
    expect(await send(await app.tokens.createAccessToken('alice', { fresh: true }))).toEqual(FRESH);
  });

  it('refuses a stale token', async () => {
    expect(await send(await app.tokens.createAccessToken('alice'))).toEqual(STALE);
    expect(await send(forge({ fresh: undefined }))).toEqual(STALE);
  });

  it('accepts a token that is fresh for some time until this time is over', async () => {
    expect(await send(await app.tokens.createAccessToken('alice', { fresh: '5m' }))).toEqual(FRESH);
    expect(await send(await app.tokens.createAccessToken('alice', { fresh: 60 }))).toEqual(FRESH);
    const brief = await app.tokens.createAccessToken('alice', { fresh: 0.05 });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await send(brief)).toEqual(STALE);
  });

  it('reads a number as the end of the freshness, without leeway', async () => {
    expect(await send(forge({ fresh: nowInSeconds() + 60 }))).toEqual(FRESH);
    expect(await send(forge({ fresh: nowInSeconds() + 60.5 }))).toEqual(FRESH);
    expect(await send(forge({ fresh: nowInSeconds() - 1 }))).toEqual(STALE);
  });

  it.each(['"true"', '"4102444800"', 'null', '[]', '[true]', '{}', '0', '1', '-1', '1e400', '-1e400'])(
    'refuses fresh: %s',
    async (json) => {
      expect(await send(forgeJson('fresh', json))).toEqual(STALE);
    },
  );

  it('is different from other routes, which accept stale tokens', async () => {
    expect(await app.get('/read', forge({ fresh: undefined }))).toEqual({ status: 200, body: { fresh: false } });
    expect(await app.get('/read', forge({ fresh: 'odd' }))).toEqual({ status: 200, body: { fresh: 'odd' } });
  });
});
