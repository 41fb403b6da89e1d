import { Controller, Get } from '@nestjs/common';
import {
  Jwt,
  JwtRequired,
  MemoryRevocationStore,
  type DecodeKeyChoice,
  type EncodeKeyChoice,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { claimsOf, forge, OTHER_SECRET, readToken, SECRET } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';
import { pem, privateKeyFor, publicKeyFor } from '../support/key-pairs.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get()
  read(@Jwt('tenant') tenant: unknown) {
    return { tenant };
  }
}

/** Each tenant has a key of its own, in an algorithm of its own. */
const SIGNING: Readonly<Record<string, EncodeKeyChoice>> = {
  acme: { key: SECRET, kid: 'acme-1', claims: { tenant: 'acme' } },
  globex: { key: OTHER_SECRET, kid: 'globex-1', claims: { tenant: 'globex' } },
  initech: { key: pem(privateKeyFor('ES256')), algorithm: 'ES256', kid: 'initech-1', claims: { tenant: 'initech' } },
};

const VERIFYING: Readonly<Record<string, DecodeKeyChoice>> = {
  'acme-1': { key: SECRET, claims: { tenant: 'acme' } },
  'globex-1': { key: OTHER_SECRET, claims: { tenant: 'globex' } },
  'initech-1': { key: pem(publicKeyFor('ES256')), algorithm: 'ES256', claims: { tenant: 'initech' } },
};

interface User {
  id: string;
  tenant: string;
}

const signingKeyOf = (user: unknown) => SIGNING[(user as User).tenant] as EncodeKeyChoice;
const keyOf = (kid: string | undefined) =>
  kid !== undefined && Object.hasOwn(VERIFYING, kid) ? (VERIFYING[kid] as DecodeKeyChoice) : null;

const OPTIONS: JwtExtendedOptions = {
  secret: undefined,
  userIdentity: (user) => (user as User).id,
  encodeKey: signingKeyOf,
  decodeKey: ({ kid }) => keyOf(kid),
};

const LATE: JwtExtendedOptions = {
  ...OPTIONS,
  encodeKey: async (user) => signingKeyOf(user),
  decodeKey: async ({ kid }) => keyOf(kid),
};

const refused = (msg: string) => ({ status: 422, body: { msg } });
const userOf = (tenant: string): User => ({ id: `${tenant}:alice`, tenant });

describe.each(ADAPTERS)('tenants with keys of their own on %s', (adapter) => {
  describe.each([
    ['at once', OPTIONS],
    ['later', LATE],
  ])('with a callback that answers %s', (_when, options) => {
    const app = useJwtApp(adapter, { options, controllers: [RoutesController] });

    it.each(Object.keys(SIGNING))('sign and verify: %s', async (tenant) => {
      const token = await app.tokens.createAccessToken(userOf(tenant));
      expect(readToken(token)).toMatchObject({
        header: { kid: `${tenant}-1` },
        claims: { tenant, sub: `${tenant}:alice` },
      });
      expect(await app.get('/', token)).toEqual({ status: 200, body: { tenant } });
    });

    it('cannot create tokens for each other', async () => {
      const forGlobex = { secret: OTHER_SECRET, header: { kid: 'globex-1' } };
      expect(await app.get('/', forge({ tenant: 'globex' }, forGlobex))).toMatchObject({ status: 200 });
      for (const tenant of ['acme', 'initech', 'GLOBEX', '', undefined, null, ['globex'], { 0: 'globex' }, 0, true]) {
        const token = forge({ tenant }, forGlobex);
        // Twice, because the second request could find the token in the cache.
        for (const answer of [await app.get('/', token), await app.get('/', token)]) {
          expect(answer).toEqual(refused('The claim "tenant" is not that of the key'));
        }
      }
      const asAcme = { secret: OTHER_SECRET, header: { kid: 'acme-1' } };
      expect(await app.get('/', forge({ tenant: 'acme' }, asAcme))).toEqual(refused('Signature verification failed'));
    });

    it('get no other error for an expired token of another tenant’s key', async () => {
      const expired = forge({ tenant: 'acme', exp: 1 }, { secret: OTHER_SECRET, header: { kid: 'globex-1' } });
      for (const answer of [await app.get('/', expired), await app.get('/', expired)]) {
        expect(answer).toEqual(refused('The claim "tenant" is not that of the key'));
      }
    });

    it('have no key if they are unknown', async () => {
      for (const kid of ['acme-2', '__proto__', 'constructor', '../acme-1', "' OR '1'='1"]) {
        expect(await app.get('/', forge({ tenant: 'acme' }, { header: { kid } }))).toEqual(
          refused('No key for this token'),
        );
      }
    });

    it('have one algorithm each, and the header of a token cannot change it', async () => {
      const notAllowed = refused('The specified alg value is not allowed');
      const header = { kid: 'initech-1' };
      const withPublicKey = { header, secret: pem(publicKeyFor('ES256')) };
      expect(await app.get('/', forge({ tenant: 'initech' }, withPublicKey))).toEqual(notAllowed);
      for (const alg of ['none', 'ES384', 'ES512', 'RS256', 'HS512']) {
        for (const kid of ['initech-1', 'acme-1']) {
          expect(await app.get('/', forge({}, { header: { alg, kid } }))).toEqual(notAllowed);
        }
      }
    });
  });

  describe('for a new token', () => {
    const app = useJwtApp(adapter, { options: OPTIONS });

    it.each([
      [{ claims: { tenant: 'globex' } }, 'The claim "tenant" of a new token is bound to its key'],
      [{ headers: { kid: 'globex-1' } }, 'The header parameter "kid" of a new token is the name of its key'],
    ])('refuse the tenant of another key: %j', async (options, message) => {
      const made = app.tokens.createAccessToken(userOf('acme'), options);
      await expect(made).rejects.toThrow(TypeError);
      await expect(made).rejects.toThrow(message);
    });

    it('accept the tenant of their own key', async () => {
      const options = { claims: { tenant: 'acme' }, headers: { kid: 'acme-1' } };
      await expect(app.tokens.createAccessToken(userOf('acme'), options)).resolves.toBeDefined();
    });
  });

  describe('with sessions', () => {
    const app = useJwtApp(adapter, {
      options: {
        ...OPTIONS,
        revocation: { store: new MemoryRevocationStore() },
        userLookup: ({ sub, tenant }) => ({ id: sub, tenant }),
      },
      controllers: [RoutesController],
    });

    it('sign with their own key at a rotation', async () => {
      const { refreshToken } = await app.tokens.createTokenPair(userOf('initech'));
      const { accessToken } = await app.tokens.rotate(refreshToken);
      expect(readToken(accessToken)).toMatchObject({
        header: { alg: 'ES256', kid: 'initech-1' },
        claims: { tenant: 'initech' },
      });
      expect(await app.get('/', accessToken)).toMatchObject({ status: 200 });
    });
  });

  describe('with keys by the host of the request', () => {
    const tenantOf = (request: unknown) => (request as { headers: Record<string, string> }).headers['x-tenant'] ?? '';
    const app = useJwtApp(adapter, {
      options: {
        secret: undefined,
        decodeKey: (_header, _payload, request) => ({ key: SECRET, claims: { tenant: tenantOf(request) } }),
      },
      controllers: [RoutesController],
    });

    it('refuse each other’s tokens, even if they share a key and the token is in the cache', async () => {
      const token = forge({ tenant: 'acme' });
      const at = (tenant: string) => app.send('GET', '/', { token, headers: [['X-Tenant', tenant]] });
      expect(await at('acme')).toMatchObject({ status: 200 });
      expect(await at('globex')).toEqual(refused('The claim "tenant" is not that of the key'));
      expect(await at('acme')).toMatchObject({ status: 200 });
    });
  });

  describe('with one algorithm and keys by a claim', () => {
    const keys: Readonly<Record<string, string>> = { acme: SECRET, globex: OTHER_SECRET };
    const app = useJwtApp(adapter, {
      options: { secret: undefined, decodeKey: (_header, { tenant }) => keys[String(tenant)] ?? null },
      controllers: [RoutesController],
    });

    it('refuse a token that another tenant signed', async () => {
      expect(await app.get('/', forge({ tenant: 'acme' }))).toMatchObject({ status: 200 });
      expect(await app.get('/', forge({ tenant: 'globex' }))).toEqual(refused('Signature verification failed'));
    });

    it('cannot create tokens without encodeKey, secret or private key', async () => {
      await expect(app.tokens.createAccessToken('alice')).rejects.toThrow('has no secret, privateKey or encodeKey');
    });
  });

  describe('with keys for some of the accepted algorithms', () => {
    const app = useJwtApp(adapter, {
      options: { secret: undefined, decodeAlgorithms: ['HS512'], decodeKey: () => 'xy'.repeat(16) },
      controllers: [RoutesController],
    });

    it('answer the other algorithms with 422, because a token must not cause a 500', async () => {
      expect(await app.get('/', forge({}, { secret: 'xy'.repeat(16) }))).toMatchObject({ status: 200 });
      const other = forge(claimsOf(), { secret: 'xy'.repeat(16), algorithm: 'HS512' });
      expect(await app.get('/', other)).toEqual(refused('The specified alg value is not allowed'));
    });
  });
});
