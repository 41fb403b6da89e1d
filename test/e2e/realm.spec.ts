import { Controller, Get, type ExecutionContext } from '@nestjs/common';
import { createParamDecorator } from '@nestjs/common';
import { JwtAuthenticator, JwtRequired, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp, withJwtApp } from '../support/jwt-app.js';

const Context = createParamDecorator((_data: unknown, context: ExecutionContext) => context);

@Controller()
class RoutesController {
  constructor(private readonly authenticator: JwtAuthenticator) {}

  @JwtRequired()
  @Get('required')
  required() {}

  @JwtRequired({ realm: 'a "quoted" realm' })
  @Get('own')
  own() {}

  @JwtRequired({ scopes: 'orders:read', realm: 'Orders' })
  @Get('scopes')
  scopes() {}

  @Get('by-hand')
  byHand(@Context() context: ExecutionContext) {
    return this.authenticator.authenticate(context, { realm: 'By hand' });
  }
}

const controllers = [RoutesController];

describe.each(ADAPTERS)('the realm of the challenge on %s', (adapter) => {
  const app = useJwtApp(adapter, { options: { realm: 'My App' }, controllers });
  const challengeOf = async (path: string, token?: string) => (await app.get(path, token)).header('WWW-Authenticate');

  it('is that of the option', async () => {
    expect(await challengeOf('/required')).toBe('Bearer realm="My App"');
    expect(await challengeOf('/required', forge({ exp: 1 }))).toBe(
      'Bearer realm="My App", error="invalid_token", error_description="Token has expired"',
    );
  });

  it('is that of the route, if the route names one', async () => {
    expect(await challengeOf('/own')).toBe('Bearer realm="a \\"quoted\\" realm"');
    expect(await challengeOf('/scopes', forge())).toBe(
      'Bearer realm="Orders", error="insufficient_scope", error_description="Insufficient scope", scope="orders:read"',
    );
    expect(await challengeOf('/by-hand')).toBe('Bearer realm="By hand"');
  });

  it('is on no answer without a challenge', async () => {
    expect(await challengeOf('/required', 'garbage')).toBeUndefined();
    expect(await challengeOf('/required', forge())).toBeUndefined();
  });

  it('is in the headers that a callback of errorResponses reads, with the scheme', async () => {
    const options: JwtExtendedOptions = {
      realm: 'My App',
      header: { type: 'JWT' },
      errorResponses: { any: (error) => ({ status: 418, body: error.headers }) },
    };
    await withJwtApp(adapter, { options, controllers }, async (other) => {
      expect((await other.get('/required')).body).toEqual({ 'WWW-Authenticate': 'JWT realm="My App"' });
      expect((await other.get('/own')).body).toEqual({ 'WWW-Authenticate': 'JWT realm="a \\"quoted\\" realm"' });
    });
  });

  it('is left out where a callback sends an empty challenge', async () => {
    const errorResponses = { any: () => ({ status: 401, body: {}, headers: { 'WWW-Authenticate': '' } }) };
    await withJwtApp(adapter, { options: { errorResponses }, controllers }, async (other) => {
      const answer = await other.get('/required');
      expect(answer).toMatchObject({ status: 401 });
      expect(answer.header('WWW-Authenticate')).toBeUndefined();
    });
  });
});

describe('a realm', () => {
  it.each([[''], ['a\nb'], ['Größe'], [5], [null]])('of a route is printable ASCII: %j', (realm) => {
    expect(() => JwtRequired({ realm: realm as string })).toThrow(
      /@JwtRequired\(\{ realm \}\) must be a text of printable ASCII/,
    );
  });
});
