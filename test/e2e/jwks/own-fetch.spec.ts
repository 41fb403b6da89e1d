import { Controller, Get, Logger } from '@nestjs/common';
import { EMPTY, from, NEVER, of, throwError } from 'rxjs';
import { JwtRequired, type IdentityProviderOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../../support/adapters.js';
import { foreignToken, jwks, providerKey } from '../../support/identity-provider.js';
import { withJwtApp } from '../../support/jwt-app.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { until } from '../../support/until.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get('me')
  me() {}
}

const controllers = [RoutesController];
const iss = 'https://idp.example';
const uri = 'https://idp.example/keys';
const key = providerKey('key');
const document = () => JSON.stringify(jwks(key));
const optionsWith = (fetch: () => unknown) => ({
  jwks: {
    issuer: iss,
    uri,
    audience: false as const,
    timeout: '200ms' as const,
    fetch: fetch as IdentityProviderOptions['fetch'],
  },
});

describe.each(ADAPTERS)('jwks.fetch on %s', (adapter) => {
  it.each<[string, () => unknown]>([
    ['a response', () => new Response(document())],
    ['a promise', async () => new Response(document())],
    ['an Observable', () => of(new Response(document()))],
    ['an Observable of a promise', () => of(Promise.resolve(new Response(document())))],
    ['a promise of an Observable', async () => from([new Response(document())])],
  ])('can return %s', async (_what, fetch) => {
    await withJwtApp(adapter, { controllers, options: optionsWith(fetch) }, async (app) => {
      await until(async () => (await app.get('/me', foreignToken(key, { iss }))).status === 200);
    });
  });

  it.each<[string, () => unknown, logged: string]>([
    ['nothing', () => undefined, 'jwks.fetch must return a Response, as fetch() does.'],
    ['a document', () => jwks(key), 'jwks.fetch must return a Response, as fetch() does.'],
    ['a text', async () => document(), 'jwks.fetch must return a Response, as fetch() does.'],
    [
      'a response of Axios',
      () => of({ status: 200, data: jwks(key), headers: {} }),
      'jwks.fetch must return a Response, as fetch() does.',
    ],
    ['an Observable without a value', () => EMPTY, 'jwks.fetch returned an Observable that completed without a value.'],
    ['an Observable that never emits', () => NEVER, 'No response within 200 ms.'],
    ['an Observable that fails', () => throwError(() => new Error('no route')), 'no route'],
  ])('that returns %s fetches no keys: 503, and the log says why', async (_what, fetch, logged) => {
    const logger = new RecordingLogger();
    const setup = { controllers, options: optionsWith(fetch), prepare: () => Logger.overrideLogger(logger) };
    await withJwtApp(adapter, setup, async (app) => {
      expect(await app.get('/me', foreignToken(key, { iss }))).toMatchObject({ status: 503 });
      await until(() => logger.errors.length > 0);
      expect(logger.errors[0]).toContain(logged);
    });
    Logger.overrideLogger(false);
  });
});
