// Starts an application and uses the library like most applications. If everything works, it ends with 0 and prints nothing.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';
import { Body, Controller, Delete, Get, Module, Post, Res, type NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  CurrentUser,
  Jwt,
  JwtExtendedModule,
  JwtRequired,
  JwksModule,
  MemoryRevocationStore,
  TokenCookieService,
  TokenService,
  type HttpResponse,
  type JwtPayload,
  type TokenPair,
} from 'nestjs-jwt-extended';

@Controller()
class AppController {
  constructor(
    private readonly tokens: TokenService,
    private readonly cookies: TokenCookieService,
  ) {}

  @Post('login')
  async login(@Body('name') name: string, @Res({ passthrough: true }) response: HttpResponse): Promise<TokenPair> {
    const pair = await this.tokens.createTokenPair(name, { fresh: true, claims: { role: 'reader' } });
    await this.cookies.setAccessCookies(response, pair.accessToken);
    return pair;
  }

  @JwtRequired({ refresh: true })
  @Post('refresh')
  refresh(@Jwt() payload: JwtPayload): Promise<TokenPair> {
    return this.tokens.rotate(payload);
  }

  @JwtRequired()
  @Get('me')
  me(@CurrentUser('name') name: string, @Jwt('role') role: string) {
    return { name, role };
  }

  @JwtRequired({ fresh: true })
  @Delete('logout')
  async logout(@Jwt() payload: JwtPayload) {
    await this.tokens.revokeSession(String(payload.sid));
    return { over: true };
  }
}

@Module({
  imports: [
    JwtExtendedModule.forRootAsync({
      useFactory: () => ({
        algorithm: 'ES256' as const,
        privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
        tokenLocation: ['headers', 'cookies'] as const,
        revocation: { store: new MemoryRevocationStore() },
        userLookup: (payload: JwtPayload) => ({ name: payload.sub }),
      }),
    }),
    JwksModule.forRoot(),
  ],
  controllers: [AppController],
})
class AppModule {}

/** A CommonJS dependency loads the CommonJS copy of the package. The start must refuse this copy as a second module. */
async function checkSecondCopy(): Promise<void> {
  const load = createRequire(process.argv[1] as string);
  const copy = load('nestjs-jwt-extended') as { JwtExtendedModule: typeof JwtExtendedModule };
  const secrets = ['a secret of the application, 0123456789', 'a secret of its dependency, 0123456789'];
  const imports = [JwtExtendedModule, copy.JwtExtendedModule].map((each, index) =>
    each.forRoot({ secret: secrets[index] }),
  );
  class TwoModules {}
  await assert.rejects(
    NestFactory.createApplicationContext({ module: TwoModules, imports }, { logger: false, abortOnError: false }),
    /JwtExtendedModule is imported twice with options/,
  );
}

/** With these options Nest prints a warning of the library at the start. */
const OPTIONS: NestApplicationOptions = { logger: ['error', 'warn'], abortOnError: false };

async function check(adapter: 'express' | 'fastify'): Promise<void> {
  const app =
    adapter === 'express'
      ? await NestFactory.create(AppModule, OPTIONS)
      : await NestFactory.create(AppModule, new FastifyAdapter(), OPTIONS);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const send = async (method: string, path: string, headers: Record<string, string> = {}, body?: object) => {
    const json: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const init = { method, headers: { Connection: 'close', ...json, ...headers }, body: body && JSON.stringify(body) };
    const response = await fetch(url + path, init);
    return {
      status: response.status,
      body: (await response.json()) as never,
      cookies: response.headers.getSetCookie(),
    };
  };
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  try {
    assert.equal((await send('GET', '/me')).status, 401);
    assert.equal((await send('GET', '/me', bearer('garbage'))).status, 422);

    const login = await send('POST', '/login', {}, { name: 'ada' });
    assert.equal(login.status, 201);
    const { accessToken, refreshToken } = login.body as TokenPair;
    const me = await send('GET', '/me', bearer(accessToken));
    assert.deepEqual([me.status, me.body], [200, { name: 'ada', role: 'reader' }]);

    const cookies = login.cookies.map((cookie) => cookie.split(';')[0]).join('; ');
    assert.equal((await send('GET', '/me', { Cookie: cookies })).status, 200);
    assert.deepEqual((await send('DELETE', '/logout', { Cookie: cookies })).body, { msg: 'Missing CSRF token' });

    assert.equal((await send('POST', '/refresh', bearer(accessToken))).status, 422);
    const next = await send('POST', '/refresh', bearer(refreshToken));
    assert.equal(next.status, 201);
    const { accessToken: stale } = next.body as TokenPair;
    assert.deepEqual((await send('DELETE', '/logout', bearer(stale))).body, { msg: 'Fresh token required' });

    assert.equal((await send('DELETE', '/logout', bearer(accessToken))).status, 200);
    assert.deepEqual((await send('GET', '/me', bearer(stale))).body, { msg: 'Token has been revoked' });
    const published: { keys: { kty: string }[] } = (await send('GET', '/.well-known/jwks.json')).body;
    assert.deepEqual(
      published.keys.map(({ kty }) => kty),
      ['EC'],
    );
  } finally {
    await app.close();
  }
}

async function checkWrongOptions(): Promise<void> {
  const start = async () =>
    NestFactory.create(JwtExtendedModule.forRoot({ secret: 'short' }), { logger: false, abortOnError: false });
  await assert.rejects(start, TypeError);
}

async function main(): Promise<void> {
  await check('express');
  await check('fastify');
  await checkWrongOptions();
  await checkSecondCopy();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
