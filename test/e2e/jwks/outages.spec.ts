import { Controller, Get, Logger } from '@nestjs/common';
import { JwtIdentity, JwtRequired } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../../support/adapters.js';
import { replacePerformanceNow } from '../../support/clock.js';
import { foreignToken, jwks, providerKey } from '../../support/identity-provider.js';
import { withJwtApp } from '../../support/jwt-app.js';
import { json, KeyServer, silence, status, useKeyServer, type Behaviour } from '../../support/key-server.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { until } from '../../support/until.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get('me')
  me(@JwtIdentity() identity: string) {
    return { identity };
  }

  @JwtRequired({ optional: true })
  @Get('optional')
  optional() {
    return {};
  }
}

const controllers = [RoutesController];
const server = useKeyServer();
const iss = 'https://idp.example';
const [old, fresh] = [providerKey('old'), providerKey('fresh')];
const unavailable = { status: 503, body: { msg: 'Token verification keys are unavailable' } };
const alice = { status: 200, body: { identity: 'alice' } };

const optionsWith = (provider: object = {}) => ({
  jwks: { issuer: iss, uri: server.keysUrl, audience: false as const, ...provider },
});

describe.each(ADAPTERS)('while the provider is down, on %s', (adapter) => {
  it('the application starts, answers its tokens 503, accepts other tokens, and recovers', async () => {
    const away = await new KeyServer().start();
    const uri = away.keysUrl;
    await away.stop();
    const logger = new RecordingLogger();
    const setup = {
      controllers,
      options: optionsWith({ uri, cooldown: '300ms' }),
      prepare: () => Logger.overrideLogger(logger),
    };
    await withJwtApp(adapter, setup, async (app) => {
      const answer = await app.get('/me', foreignToken(old, { iss }));
      expect(answer).toEqual(unavailable);
      expect(answer.header('Retry-After')).toBe('1');
      expect(answer.header('WWW-Authenticate')).toBeUndefined();
      expect(await app.get('/optional', foreignToken(old, { iss }))).toEqual(unavailable);
      expect(await app.get('/optional')).toMatchObject({ status: 200 });
      expect(await app.get('/me', await app.tokens.createAccessToken('alice'))).toEqual(alice);
      away.keys = json(jwks(old));
      await away.start();
      await until(async () => (await app.get('/me', foreignToken(old, { iss }))).status === 200);
      expect(logger.errors).toHaveLength(1);
      expect(logger.errors[0]).toMatch(/keys of https:\/\/idp\.example cannot be fetched\. .*503/);
    }).finally(() => away.stop());
    Logger.overrideLogger(false);
  });

  it.each<[how: string, behaviour: Behaviour]>([
    ['hangs', silence],
    ['answers 500', status(500)],
    ['answers garbage', (response) => response.end('<html>')],
    ['hangs in the middle', (response) => void response.writeHead(200).write('{"keys":[')],
    ['redirects to itself', (response) => response.writeHead(302, { Location: '/keys' }).end()],
    ['publishes nothing of use', json({ keys: [{ kty: 'oct', k: 'c2VjcmV0' }] })],
  ])('that %s, the known keys are used, up to maxStale', async (_, behaviour) => {
    server.keys = json(jwks(old));
    const times = { maxAge: '100ms', maxStale: '1h', timeout: '200ms', cooldown: '100ms' };
    await withJwtApp(adapter, { controllers, options: optionsWith(times) }, async (app) => {
      await until(async () => (await app.get('/me', foreignToken(old, { iss }))).status === 200);
      server.keys = behaviour;
      const before = server.fetches;
      await until(() => server.fetches >= before + 2);
      expect(await app.get('/me', foreignToken(old, { iss }))).toEqual(alice);
      const clock = replacePerformanceNow();
      clock.advance(3_601);
      expect(await app.get('/me', foreignToken(old, { iss }))).toEqual(unavailable);
      server.keys = json(jwks(fresh));
      await until(async () => (await app.get('/me', foreignToken(fresh, { iss }))).status === 200);
      expect(await app.get('/me', foreignToken(old, { iss }))).toMatchObject({ status: 422 });
      clock.restore();
    });
  });

  it('the application stops at once, even during a fetch', async () => {
    server.keys = silence;
    let closing = 0;
    await withJwtApp(adapter, { controllers, options: optionsWith({ timeout: '60s' }) }, async () => {
      await until(() => server.fetches === 1);
      closing = performance.now();
    });
    expect(performance.now() - closing).toBeLessThan(5000);
    await until(() => server.answering === 0);
  });
});

describe.each(ADAPTERS)('replaced keys on %s', (adapter) => {
  it('are fetched for the first token that names one, for all waiting requests', async () => {
    server.keys = json(jwks(old));
    await withJwtApp(adapter, { controllers, options: optionsWith({ cooldown: '200ms' }) }, async (app) => {
      await until(() => server.fetches === 1);
      await new Promise((resolve) => setTimeout(resolve, 250));
      server.keys = json(jwks(old, fresh));
      const answers = await Promise.all(
        [fresh, old, fresh, fresh].map((key) => app.get('/me', foreignToken(key, { iss }))),
      );
      expect(answers).toEqual([alice, alice, alice, alice]);
      expect(server.fetches).toBe(2);
    });
  });

  it('are refused after the provider has withdrawn them', async () => {
    server.keys = json(jwks(old, fresh));
    await withJwtApp(adapter, { controllers, options: optionsWith({ maxAge: '200ms' }) }, async (app) => {
      await until(async () => (await app.get('/me', foreignToken(old, { iss }))).status === 200);
      server.keys = json(jwks(fresh));
      await until(async () => (await app.get('/me', foreignToken(old, { iss }))).status === 422);
      expect(await app.get('/me', foreignToken(fresh, { iss }))).toEqual(alice);
    });
  });

  it('thousands of unknown names cause one fetch per cool-down', async () => {
    server.keys = json(jwks(old));
    await withJwtApp(adapter, { controllers, options: optionsWith({ cooldown: '60s' }) }, async (app) => {
      await until(() => server.fetches === 1);
      const token = (kid: string) => foreignToken({ ...old, kid }, { iss });
      expect(await app.get('/me', token('unknown'))).toEqual({ status: 422, body: { msg: 'No key for this token' } });
      const [head = '', ...rest] = token('unknown').split('.');
      const named = (index: number) => {
        const header = { ...JSON.parse(Buffer.from(head, 'base64url').toString()), kid: `kid-${index}` };
        return [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.');
      };
      const results = await Promise.allSettled(
        Array.from({ length: 10_000 }, (_, index) => app.tokens.verify(named(index))),
      );
      expect(results.filter(({ status: outcome }) => outcome === 'fulfilled')).toEqual([]);
      expect(await app.get('/me', foreignToken(old, { iss }))).toEqual(alice);
      expect(server.fetches).toBe(1);
    });
  });
});
