import { Controller, Get } from '@nestjs/common';
import { InsufficientScopeException, JwtRequired, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp, withJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get('required')
  required() {}

  @JwtRequired({ fresh: true })
  @Get('fresh')
  fresh() {}

  @Get('scopes')
  scopes() {
    throw new InsufficientScopeException(undefined, { scopes: ['orders:read', 'orders:write'] });
  }
}

const controllers = [RoutesController];

describe.each(ADAPTERS)('WWW-Authenticate (RFC 6750) on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    options: {
      isTokenRevoked: ({ jti }) => jti === 'revoked',
      verifyToken: ({ banned }) => banned !== true,
      userLookup: ({ sub }) => (sub === 'alice' ? 'Alice' : null),
    },
    controllers,
  });
  const challengeOf = async (path: string, token?: string) => (await app.get(path, token)).header('WWW-Authenticate');

  it('has no error code for a request without a token', async () => {
    expect(await challengeOf('/required')).toBe('Bearer');
  });

  it.each([
    ['Token has expired', '/required', forge({ exp: 1 })],
    ['Fresh token required', '/fresh', forge()],
    ['Token has been revoked', '/required', forge({ jti: 'revoked' })],
    ['Error loading the user bob', '/required', forge({ sub: 'bob' })],
  ])('names the error of every other 401: %s', async (description, path, token) => {
    expect(await challengeOf(path, token)).toBe(`Bearer error="invalid_token", error_description="${description}"`);
  });

  it.each(['a'.repeat(8_000), '😀'.repeat(2_000), 'é'.repeat(4_000)])(
    'stays short for a long identity',
    async (sub) => {
      const token = forge({ sub });
      const answer = await app.get('/required', token);
      expect(answer).toEqual({
        status: 401,
        body: { msg: `Error loading the user ${[...sub].slice(0, 100).join('')}...` },
      });
      expect(answer.header('WWW-Authenticate')?.length).toBeLessThan(300);
    },
  );

  it('names the scopes that a token lacks, on a 403 (s.3.1)', async () => {
    expect(await app.get('/scopes')).toEqual({ status: 403, body: { msg: 'Insufficient scope' } });
    expect(await challengeOf('/scopes')).toBe(
      'Bearer error="insufficient_scope", error_description="Insufficient scope", scope="orders:read orders:write"',
    );
  });

  it('is on no other answer', async () => {
    expect(await challengeOf('/required', 'garbage')).toBeUndefined();
    expect(await challengeOf('/required', forge({ banned: true }))).toBeUndefined();
    expect(await challengeOf('/required', forge())).toBeUndefined();
  });

  it.each([
    ['quotes', 'a "b" \\c', "a 'b' 'c"],
    ['line ends', 'a\r\nSet-Cookie: b=c', 'a??Set-Cookie: b=c'],
    ['control characters', 'a\u0000\u001b\u007fb', 'a???b'],
    ['what is not ASCII', 'ä€', '??'],
  ])('cannot be broken by %s in a token', async (_what, sub, shown) => {
    const answer = await app.get('/required', forge({ sub }));
    expect(answer).toEqual({ status: 401, body: { msg: `Error loading the user ${sub}` } });
    expect(answer.header('WWW-Authenticate')).toBe(
      `Bearer error="invalid_token", error_description="Error loading the user ${shown}"`,
    );
    expect(answer.header('Set-Cookie')).toBeUndefined();
  });

  it.each([
    [{ type: 'JWT' }, 'JWT'],
    [{ type: '' }, 'Bearer'],
    [{ name: 'X-Token' }, 'Bearer'],
  ] satisfies [JwtExtendedOptions['header'], string][])(
    'names the scheme of the option header: %j',
    async (header, scheme) => {
      await withJwtApp(adapter, { options: { header }, controllers }, async (other) => {
        expect((await other.get('/required')).header('WWW-Authenticate')).toBe(scheme);
      });
    },
  );
});
