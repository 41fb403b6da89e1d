import { Controller, Get, Head, Post } from '@nestjs/common';
import { Jwt, JwtRequired, TokenService, type JwtPayload } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge, OTHER_SECRET, readToken } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class NotesController {
  constructor(private readonly tokens: TokenService) {}

  @Post('login')
  logIn() {
    return this.tokens.createTokenPair('alice');
  }

  @JwtRequired()
  @Get('notes')
  list(@Jwt() payload: JwtPayload) {
    return { owner: payload.sub };
  }

  @Get('open')
  open() {
    return { open: true };
  }

  @JwtRequired()
  @Head('head')
  head() {}
}

@JwtRequired()
@Controller('account')
class AccountController {
  @Get()
  read() {
    return { account: true };
  }
}

describe.each(ADAPTERS)('a protected route on %s', (adapter) => {
  const app = useJwtApp(adapter, { controllers: [NotesController, AccountController] });

  it('accepts the token of a log-in', async () => {
    const { body } = await app.send('POST', '/login');
    const { accessToken } = body as { accessToken: string };
    expect(await app.get('/notes', accessToken)).toEqual({ status: 200, body: { owner: 'alice' } });
  });

  it('accepts a token of another service with the same secret', async () => {
    expect(await app.get('/notes', forge({ sub: 'bob' }))).toEqual({ status: 200, body: { owner: 'bob' } });
  });

  it('refuses a request without a token', async () => {
    expect(await app.get('/notes')).toEqual({ status: 401, body: { msg: 'Missing Authorization Header' } });
  });

  it('refuses a token signed with another secret', async () => {
    expect(await app.get('/notes', forge({}, { secret: OTHER_SECRET }))).toEqual({
      status: 422,
      body: { msg: 'Signature verification failed' },
    });
  });

  it('refuses a token whose claims were changed', async () => {
    const [header, , signature] = forge().split('.');
    const claims = Buffer.from(JSON.stringify({ ...readToken(forge()).claims, sub: 'root' })).toString('base64url');
    expect(await app.get('/notes', `${header}.${claims}.${signature}`)).toMatchObject({ status: 422 });
  });

  it('refuses a token without a signature', async () => {
    const [header, claims] = forge().split('.');
    expect(await app.get('/notes', `${header}.${claims}.`)).toMatchObject({ status: 422 });
  });

  it('is protected by a decorator on its class', async () => {
    expect(await app.get('/account')).toMatchObject({ status: 401 });
    expect(await app.get('/account', forge())).toEqual({ status: 200, body: { account: true } });
  });

  it('leaves routes without a decorator open, even with an invalid token', async () => {
    expect(await app.get('/open')).toEqual({ status: 200, body: { open: true } });
    expect(await app.get('/open', 'garbage')).toEqual({ status: 200, body: { open: true } });
  });

  it('is protected for HEAD as for GET', async () => {
    expect(await app.send('HEAD', '/notes')).toMatchObject({ status: 401 });
    expect(await app.send('HEAD', '/notes', { token: forge() })).toMatchObject({ status: 200 });
    expect(await app.send('HEAD', '/head')).toMatchObject({ status: 401 });
    expect(await app.send('HEAD', '/head', { token: forge() })).toMatchObject({ status: 200 });
  });
});
