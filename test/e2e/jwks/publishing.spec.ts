import { createPublicKey, type JsonWebKey } from 'node:crypto';
import {
  Injectable,
  VersioningType,
  type CallHandler,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import {
  JwksModule,
  JwtExtendedModule,
  KeyRing,
  type JwksModuleOptions,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { ADAPTERS, startApp } from '../../support/adapters.js';
import { useTestClock } from '../../support/clock.js';
import { readToken } from '../../support/forge.js';
import type { Answer } from '../../support/http-client.js';
import { withJwtApp, type TestApp } from '../../support/jwt-app.js';
import { privateKeyFor, publicKeyFor } from '../../support/key-pairs.js';
import { errorOf } from '../../support/token-service.js';

const clock = useTestClock();
const PATH = '/.well-known/jwks.json';
const PAIR: JwtExtendedOptions = { secret: undefined, algorithm: 'ES256', privateKey: privateKeyFor('ES256') };
const RING: JwtExtendedOptions = {
  secret: undefined,
  keys: [
    { kid: 'now', key: privateKeyFor('EdDSA'), algorithm: 'EdDSA', use: 'sign' },
    { kid: 'before', key: privateKeyFor('RS256'), algorithm: 'RS256', use: 'verify' },
    { kid: 'partner', key: publicKeyFor('ES256'), algorithm: 'ES256', use: 'verify' },
    { kid: 'shared', key: 'st'.repeat(16), algorithm: 'HS256', use: 'verify' },
    { kid: 'over', key: publicKeyFor('ES384'), algorithm: 'ES384', use: 'verify', notAfter: 1 },
  ],
};
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

@Injectable()
class WrappingInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

const keysOf = ({ body }: Answer) => (body as { keys: (JsonWebKey & { kid: string })[] }).keys;

describe.each(ADAPTERS)('the published keys on %s', (adapter) => {
  function run(work: (app: TestApp) => Promise<void>, { options = RING, module, prepare }: Setup = {}): Promise<void> {
    return withJwtApp(adapter, { options, imports: [JwksModule.forRoot(module)], prepare }, work);
  }

  interface Setup {
    options?: JwtExtendedOptions;
    module?: JwksModuleOptions;
    prepare?: (app: INestApplication) => void;
  }

  it('are the public keys of all keys that verify, without private parts and secrets', async () => {
    await run(async (app) => {
      const answer = await app.get(PATH);
      expect(answer.status).toBe(200);
      expect(answer.header('Content-Type')).toBe('application/json; charset=utf-8');
      expect(keysOf(answer).map(({ kid, alg, use }) => [kid, alg, use])).toEqual([
        ['now', 'EdDSA', 'sig'],
        ['before', 'RS256', 'sig'],
        ['partner', 'ES256', 'sig'],
      ]);
      for (const key of keysOf(answer)) {
        expect(Object.keys(key).filter((member) => PRIVATE.includes(member))).toEqual([]);
        expect(createPublicKey({ key, format: 'jwk' }).type).toBe('public');
      }
      const { header } = readToken(await app.tokens.createAccessToken('alice'));
      expect(keysOf(answer)[0]?.kid).toBe(header.kid);
    });
  });

  it('can be cached, and are answered 304 to a client that has them', async () => {
    await run(async (app) => {
      const first = await app.get(PATH);
      const tag = first.header('ETag') as string;
      expect(first.header('Cache-Control')).toBe('public, max-age=600');
      expect(tag).toMatch(/^"[\w-]{43}"$/);
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const again = await app.send('GET', PATH, { headers: [['If-None-Match', known]] });
        expect(again).toEqual({ status: 304, body: '' });
        expect([again.header('ETag'), again.header('Cache-Control')]).toEqual([tag, 'public, max-age=600']);
      }
      for (const other of ['"other"', '', tag.slice(1)]) {
        const again = await app.send('GET', PATH, { headers: [['If-None-Match', other]] });
        expect(again.status).toBe(200);
      }
    });
  });

  it('change with their ETag when a key has expired', async () => {
    const keys = (RING.keys ?? []).map((key) =>
      key.kid === 'before' ? { ...key, notAfter: Date.now() / 1000 + 2 } : key,
    );
    await run(
      async (app) => {
        const send = (tag = '') => app.send('GET', PATH, { headers: [['If-None-Match', tag]] });
        const tag = (await send()).header('ETag') as string;
        expect(await send(tag)).toMatchObject({ status: 304 });
        clock.advance(2);
        expect(await send(tag)).toMatchObject({ status: 200 });
        expect(keysOf(await send(tag)).map(({ kid }) => kid)).toEqual(['now', 'partner']);
      },
      { options: { ...RING, keys } },
    );
  });

  it('follow the ring: a retired key stays until its tokens have expired, a removed key does not', async () => {
    const options = { ...RING, accessTokenExpires: '2s', refreshTokenExpires: '2s' } as const;
    await run(
      async (app) => {
        const tags = new Set<string>();
        const expectKeys = async (...names: string[]) => {
          const answer = await app.send('GET', PATH, { headers: [['If-None-Match', [...tags].join(', ')]] });
          expect(keysOf(answer).map(({ kid }) => kid)).toEqual(names);
          tags.add(answer.header('ETag') as string);
        };
        await expectKeys('now', 'before', 'partner');
        const token = await app.tokens.createAccessToken('alice');

        app.resolve(KeyRing).rotate({ kid: 'next', key: privateKeyFor('ES512'), algorithm: 'ES512' });
        await expectKeys('next', 'now', 'before', 'partner');
        expect((await app.tokens.verify(token)).payload.sub).toBe('alice');
        const known = [...tags].at(-1) as string;
        const askAgain = () => app.send('GET', PATH, { headers: [['If-None-Match', known]] });
        expect(await askAgain()).toMatchObject({ status: 304 });
        clock.advance(2);
        expect(await askAgain()).toMatchObject({ status: 200 });
        await expectKeys('next', 'before', 'partner');
        await expect(app.tokens.verify(token)).rejects.toMatchObject({ code: 'JWT_INVALID' });

        app.resolve(KeyRing).replace([{ kid: 'last', key: privateKeyFor('ES384'), algorithm: 'ES384', use: 'sign' }]);
        await expectKeys('last');
        expect(tags.size).toBe(4);
      },
      { options },
    );
  });

  it('follow the single key pair, whose new key has its own kid', async () => {
    await run(
      async (app) => {
        const [before] = keysOf(await app.get(PATH));
        app.resolve(KeyRing).rotate({ key: privateKeyFor('ES256', 'new') });
        const [after, retired, ...others] = keysOf(await app.get(PATH));
        expect([retired, others]).toEqual([before, []]);
        expect(createPublicKey({ key: after as JsonWebKey, format: 'jwk' }).equals(publicKeyFor('ES256', 'new'))).toBe(
          true,
        );

        app.resolve(KeyRing).rotate({ key: privateKeyFor('ES256', 'newest') }, { retireAfter: 0 });
        expect(keysOf(await app.get(PATH)).map(({ kid }) => kid)).not.toContain(after?.kid);
      },
      { options: PAIR },
    );
  });

  it('are answered to HEAD as to GET, without the document', async () => {
    await run(async (app) => {
      const [head, get] = [await app.send('HEAD', PATH), await app.get(PATH)];
      expect(head).toEqual({ status: 200, body: '' });
      for (const name of ['ETag', 'Cache-Control', 'Content-Type']) expect(head.header(name)).toBe(get.header(name));
    });
  });

  it('of a single pair are named by their thumbprint', async () => {
    await run(async (app) => expect(keysOf(await app.get(PATH))).toMatchObject([{ kty: 'EC', alg: 'ES256' }]), {
      options: PAIR,
    });
  });

  it('can have another path and no caching', async () => {
    await run(
      async (app) => {
        expect((await app.get('/oauth/keys')).header('Cache-Control')).toBe('public, max-age=0');
        expect(await app.get(PATH)).toMatchObject({ status: 404 });
      },
      { module: { path: 'oauth/keys', maxAge: 0 } },
    );
  });

  it('are open with requireByDefault, and not wrapped by an interceptor', async () => {
    const imports = [JwksModule.forRoot()];
    const providers = [{ provide: APP_INTERCEPTOR, useClass: WrappingInterceptor }];
    const options = { ...PAIR, requireByDefault: true };
    await withJwtApp(adapter, { options, imports, providers }, async (app) => {
      expect(keysOf(await app.get(PATH))).toHaveLength(1);
    });
  });

  it('have no version, but have the global prefix unless they are excluded', async () => {
    const versioned = (app: INestApplication) =>
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
    await run(
      async (app) => {
        expect(await app.get(`/api${PATH}`)).toMatchObject({ status: 200 });
        expect(await app.get(PATH)).toMatchObject({ status: 404 });
      },
      { prepare: (app) => versioned(app.setGlobalPrefix('api')) },
    );
    await run(
      async (app) => {
        expect(await app.get(PATH)).toMatchObject({ status: 200 });
        expect(await app.get(`/api${PATH}`)).toMatchObject({ status: 404 });
      },
      { prepare: (app) => versioned(app.setGlobalPrefix('api', { exclude: ['.well-known/jwks.json'] })) },
    );
  });

  it('need the imported module if it is not global', async () => {
    const jwt = JwtExtendedModule.forRoot({ ...PAIR, isGlobal: false });
    const running = await startApp(adapter, { imports: [jwt, JwksModule.forRoot({ imports: [jwt] })] });
    try {
      expect((await fetch(`${running.url}${PATH}`)).status).toBe(200);
    } finally {
      await running.close();
    }
  });

  it('verify access tokens in another service, but not refresh tokens', async () => {
    await run(
      async (issuing) => {
        const uri = `${await issuing.nest.getUrl()}${PATH}`;
        const options = { secret: undefined, jwks: { issuer: 'shop', uri, audience: 'web' } };
        await withJwtApp(adapter, { options }, async (app) => {
          const token = await issuing.tokens.createAccessToken('alice');
          expect((await app.tokens.verify(token)).payload.sub).toBe('alice');
        });
      },
      { options: { ...PAIR, issuer: 'shop', audience: 'web' } },
    );
  });
});

describe('JwksModule refuses', () => {
  it('an application with only secrets', async () => {
    const error = await errorOf(() =>
      withJwtApp('express', { imports: [JwksModule.forRoot()] }, async () => undefined),
    );
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toMatch(/nothing to publish: .* secrets .* Set algorithm: 'ES256'/);
  });

  it.each<[options: object, message: RegExp]>([
    [{ uri: '/keys' }, /option "uri" does not exist\. Known: path, maxAge, imports/],
    [{ path: '' }, /option "path" must not be empty/],
    [{ path: '/keys/:kid' }, /option "path"/],
    [{ path: 7 }, /option "path"/],
    [{ maxAge: -1 }, /"maxAge" must not be negative/],
    [{ maxAge: '60' }, /unit/],
  ])('%j', async (options, message) => {
    const error = await errorOf(() => JwksModule.forRoot(options));
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toMatch(message);
  });
});
