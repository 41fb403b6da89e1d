import { Controller, Get, Post } from '@nestjs/common';
import { JwtIdentity, JwtRequired, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../../support/adapters.js';
import { claimsOf, compact, forge, OTHER_SECRET, SECRET } from '../../support/forge.js';
import { foreignToken, jwks, providerKey, published } from '../../support/identity-provider.js';
import { withJwtApp } from '../../support/jwt-app.js';
import { privateKeyFor } from '../../support/key-pairs.js';
import { json, KeyServer } from '../../support/key-server.js';

@JwtRequired()
@Controller()
class RoutesController {
  @Get('me')
  me(@JwtIdentity() identity: string) {
    return { identity };
  }

  @JwtRequired({ refresh: true })
  @Post('refresh')
  refresh() {}
}

const ISSUER = 'https://login.example/';
const controllers = [RoutesController];
const alice = { status: 200, body: { identity: 'alice' } };
const refused = (msg: string) => ({ status: 422, body: { msg } });
const NOT_ALLOWED = refused('The specified alg value is not allowed');
const NOT_SIGNED = refused('Signature verification failed');

const server = new KeyServer();
const key = providerKey('elliptic');
beforeAll(async () => {
  await server.start();
  server.keys = json(jwks(key));
});
afterAll(() => server.stop());

const provider = () => ({ issuer: ISSUER, uri: server.keysUrl, audience: false as const });

/** Options of a service that moves from a secret to the key set of the same issuer. */
const WAYS: [way: string, own: JwtExtendedOptions][] = [
  ['issuer', { secret: SECRET, issuer: ISSUER }],
  ['issuer.decode with several', { secret: SECRET, issuer: { decode: ['legacy', ISSUER] } }],
  ['no issuer, so any is accepted', { secret: SECRET }],
  ['keys', { secret: undefined, issuer: ISSUER, keys: [{ kid: null, key: SECRET, algorithm: 'HS256', use: 'sign' }] }],
  ['decodeKey', { secret: undefined, issuer: ISSUER, decodeKey: () => SECRET }],
];

describe.each(ADAPTERS)('one issuer with a secret and a key set on %s', (adapter) => {
  describe.each(WAYS)('configured with %s', (_way, own) => {
    const setup = () => ({ options: { ...own, jwks: provider() }, controllers });

    it('accepts the tokens of both, each with its own key', async () => {
      await withJwtApp(adapter, setup(), async (app) => {
        expect(await app.get('/me', forge({ iss: ISSUER }))).toEqual(alice);
        expect(await app.get('/me', foreignToken(key, { iss: ISSUER }))).toEqual(alice);
        expect(await app.get('/me', forge({ iss: ISSUER }, { secret: OTHER_SECRET }))).toEqual(NOT_SIGNED);
        expect(await app.get('/me', foreignToken({ ...key, key: privateKeyFor('ES256') }, { iss: ISSUER }))).toEqual(
          NOT_SIGNED,
        );
      });
    });

    it('binds each key to its algorithms', async () => {
      await withJwtApp(adapter, setup(), async (app) => {
        const payload = JSON.stringify(claimsOf({ iss: ISSUER }));
        const publicJwk = JSON.stringify(published(key));
        for (const secret of [publicJwk, published(key).x as string]) {
          for (const header of [{ alg: 'HS256' }, { alg: 'HS256', kid: 'elliptic' }]) {
            const answer = await app.get('/me', compact(JSON.stringify(header), payload, { secret }));
            expect(answer.status).toBe(422);
          }
        }
        for (const algorithm of ['HS384', 'HS512'] as const) {
          expect(await app.get('/me', forge({ iss: ISSUER }, { algorithm }))).toEqual(NOT_ALLOWED);
        }
        expect(await app.get('/me', foreignToken(key, { iss: ISSUER }, { alg: 'HS256' }))).toMatchObject({
          status: 422,
        });
        expect(await app.get('/me', compact('{"alg":"none"}', payload))).toEqual(NOT_ALLOWED);
      });
    });

    it('treats the tokens of the secret as our own', async () => {
      await withJwtApp(adapter, setup(), async (app) => {
        const refresh = (token: string) => app.send('POST', '/refresh', { token });
        expect(await refresh(forge({ iss: ISSUER, type: 'refresh' }))).toMatchObject({ status: 201 });
        expect(await refresh(foreignToken(key, { iss: ISSUER, type: 'refresh' }))).toMatchObject({ status: 422 });
      });
    });
  });

  it('does not accept a token of ours with the issuer of a provider that our option issuer does not name', async () => {
    const options = { secret: SECRET, issuer: 'us', jwks: provider() };
    await withJwtApp(adapter, { options, controllers }, async (app) => {
      expect(await app.get('/me', forge({ iss: ISSUER }))).toEqual(NOT_ALLOWED);
      expect(await app.get('/me', forge({ iss: 'us' }))).toEqual(alice);
    });
  });

  it('can have two key pairs of different algorithms', async () => {
    const own = { algorithm: 'EdDSA', privateKey: privateKeyFor('EdDSA'), issuer: ISSUER } as const;
    const options = { secret: undefined, ...own, jwks: { ...provider(), algorithms: ['ES256'] as const } };
    await withJwtApp(adapter, { options, controllers }, async (app) => {
      expect(await app.get('/me', await app.tokens.createAccessToken('alice'))).toEqual(alice);
      expect(await app.get('/me', foreignToken(key, { iss: ISSUER }))).toEqual(alice);
    });
  });
});
