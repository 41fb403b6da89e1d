import { Controller, Get } from '@nestjs/common';
import { JwtRequired, KeyRing, type JwtAlgorithm, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { readToken } from '../support/forge.js';
import { foreignToken, jwks, providerKey, published } from '../support/identity-provider.js';
import { withJwtApp } from '../support/jwt-app.js';
import { pem, privateKeyFor, publicKeyFor } from '../support/key-pairs.js';
import { json, KeyServer } from '../support/key-server.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get()
  read() {}
}

const serving = (options: JwtExtendedOptions) => ({
  options: { secret: undefined, ...options },
  controllers: [RoutesController],
});

const ed = { kid: 'ed', algorithm: 'EdDSA', key: privateKeyFor('EdDSA') } as const;
const other = { ...ed, key: privateKeyFor('EdDSA', 'other') };
const NAMES = ['EdDSA', 'Ed25519'] as const;
const NOT_ALLOWED = { status: 422, body: { msg: 'The specified alg value is not allowed' } };

/** Options with which tokens of the key are verified. */
function ways(algorithm: JwtAlgorithm): [way: string, options: JwtExtendedOptions][] {
  return [
    ['publicKey', { algorithm, publicKey: pem(publicKeyFor('EdDSA')) }],
    ['a JWK with alg', { algorithm, publicKey: { ...publicKeyFor('EdDSA').export({ format: 'jwk' }), alg: 'EdDSA' } }],
    [
      'a JWK with alg of RFC 9864',
      { algorithm, publicKey: { ...publicKeyFor('EdDSA').export({ format: 'jwk' }), alg: 'Ed25519' } },
    ],
    ['keys', { keys: [{ kid: 'ed', key: privateKeyFor('EdDSA'), algorithm, use: 'sign' }] }],
    ['decodeKey', { algorithm, decodeKey: () => publicKeyFor('EdDSA') }],
    ['decodeKey with the algorithm', { decodeKey: () => ({ key: publicKeyFor('EdDSA'), algorithm }) }],
  ];
}

describe.each(ADAPTERS)('Ed25519 on %s', (adapter) => {
  for (const configured of NAMES) {
    it.each(ways(configured))(
      `is one algorithm with two names: ${configured} in the options, %s`,
      async (_way, options) => {
        await withJwtApp(adapter, serving(options), async (app) => {
          for (const alg of NAMES) {
            expect(await app.get('/', foreignToken(ed, {}, { alg }))).toMatchObject({ status: 200 });
            expect(await app.get('/', foreignToken(other, {}, { alg }))).toMatchObject({ status: 422 });
          }
          for (const alg of ['Ed448', 'ESP256', 'ES256', 'ed25519', 'eddsa', 'EDDSA']) {
            expect(await app.get('/', foreignToken(ed, {}, { alg }))).toEqual(NOT_ALLOWED);
          }
        });
      },
    );

    it(`is signed and published as ${configured} if the options say so`, async () => {
      for (const options of [
        { algorithm: configured, privateKey: privateKeyFor('EdDSA') },
        { keys: [{ key: privateKeyFor('EdDSA'), algorithm: configured, use: 'sign' }] as const },
        { algorithm: configured, encodeKey: () => privateKeyFor('EdDSA'), decodeKey: () => publicKeyFor('EdDSA') },
      ]) {
        await withJwtApp(adapter, serving(options), async (app) => {
          const token = await app.tokens.createAccessToken('alice');
          expect(readToken(token).header.alg).toBe(configured);
          expect(await app.get('/', token)).toMatchObject({ status: 200 });
          if ('encodeKey' in options) return;
          expect(app.resolve(KeyRing).publicKeys()).toMatchObject([{ alg: configured, crv: 'Ed25519' }]);
        });
      }
    });
  }

  it('is accepted by both names from an identity provider, with each name in its key set', async () => {
    const keys = [providerKey('a', 'EdDSA'), providerKey('b', 'EdDSA'), providerKey('c', 'EdDSA')] as const;
    const [a, b, c] = keys;
    const server = new KeyServer();
    await server.start();
    server.keys = json(jwks(a, published(b, { alg: 'Ed25519' }), published(c, { alg: undefined })));
    for (const algorithms of [undefined, ['EdDSA'], ['Ed25519']] as (JwtAlgorithm[] | undefined)[]) {
      await withJwtApp(
        adapter,
        serving({ jwks: { uri: server.keysUrl, algorithms, audience: false } }),
        async (app) => {
          for (const key of keys) {
            for (const alg of NAMES)
              expect(await app.get('/', foreignToken(key, {}, { alg }))).toMatchObject({ status: 200 });
          }
        },
      );
    }
    await server.stop();
  });

  it('stays accepted under both names after a rotation', async () => {
    const options = { keys: [{ kid: 'ed', key: privateKeyFor('EdDSA'), algorithm: 'EdDSA', use: 'sign' }] as const };
    await withJwtApp(adapter, serving(options), async (app) => {
      app.resolve(KeyRing).rotate({ kid: 'new', key: privateKeyFor('EdDSA', 'other'), algorithm: 'Ed25519' });
      for (const alg of NAMES) {
        expect(await app.get('/', foreignToken(ed, {}, { alg }))).toMatchObject({ status: 200 });
        expect(await app.get('/', foreignToken({ ...other, kid: 'new' }, {}, { alg }))).toMatchObject({ status: 200 });
      }
      app.resolve(KeyRing).rotate({ kid: 'last', key: privateKeyFor('ES256'), algorithm: 'ES256' }, { retireAfter: 0 });
      const late = foreignToken({ ...other, kid: 'new' }, {}, { alg: 'EdDSA' });
      expect(await app.get('/', late)).toMatchObject({ status: 422 });
    });
  });
});
