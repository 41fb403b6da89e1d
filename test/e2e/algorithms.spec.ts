import { Controller, Get } from '@nestjs/common';
import { JwtRequired, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { base64url, claimsOf, compact, forge, readToken } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get()
  read() {}
}

const serving = (options: JwtExtendedOptions) => ({ options, controllers: [RoutesController] });
const refused = (msg: string) => ({ status: 422, body: { msg } });
const NOT_ALLOWED = refused('The specified alg value is not allowed');
const CLAIMS = JSON.stringify(claimsOf());

describe.each(ADAPTERS)('the algorithm on %s', (adapter) => {
  describe('without the option algorithm', () => {
    const app = useJwtApp(adapter, serving({}));

    it('is HS256', async () => {
      expect(readToken(await app.tokens.createAccessToken('alice')).header).toEqual({ alg: 'HS256', typ: 'JWT' });
      expect(await app.get('/', forge())).toMatchObject({ status: 200 });
    });

    it.each(['HS384', 'HS512'] as const)('cannot be another one: %s', async (algorithm) => {
      expect(await app.get('/', forge({}, { algorithm }))).toEqual(NOT_ALLOWED);
    });

    it.each(['none', 'None', 'NONE', 'nOnE', '', 'hs256', 'RS256', 'ES256', 'toString', '__proto__'])(
      'does not depend on the header of the token: %j',
      async (alg) => {
        expect(await app.get('/', compact(JSON.stringify({ alg }), CLAIMS))).toEqual(NOT_ALLOWED);
        expect(await app.get('/', `${base64url(JSON.stringify({ alg }))}.${base64url(CLAIMS)}.`)).toEqual(NOT_ALLOWED);
      },
    );

    it.each(['null', '1', 'true', '["HS256"]', '{}'])('must be a text, not %s', async (json) => {
      expect(await app.get('/', compact(`{"alg":${json}}`, CLAIMS))).toEqual(NOT_ALLOWED);
    });

    it('must be in the header of the token', async () => {
      expect(await app.get('/', compact('{"typ":"JWT"}', CLAIMS))).toEqual(refused('Algorithm not specified'));
      expect(await app.get('/', compact('{"__proto__":{"alg":"HS256"}}', CLAIMS))).toMatchObject({ status: 422 });
    });

    it('does not help a token with a signature of another algorithm', async () => {
      const [, claims, signature] = forge({}, { algorithm: 'HS512' }).split('.');
      const header = base64url('{"alg":"HS256","typ":"JWT"}');
      expect(await app.get('/', `${header}.${claims}.${signature}`)).toEqual(refused('Signature verification failed'));
    });
  });

  describe.each(['HS384', 'HS512'] as const)('%s', (algorithm) => {
    const app = useJwtApp(adapter, serving({ algorithm }));

    it('signs new tokens and is the only accepted algorithm', async () => {
      const token = await app.tokens.createAccessToken('alice');
      expect(readToken(token).header).toEqual({ alg: algorithm, typ: 'JWT' });
      expect(await app.get('/', token)).toMatchObject({ status: 200 });
      expect(await app.get('/', forge({}, { algorithm }))).toMatchObject({ status: 200 });
      expect(await app.get('/', forge())).toEqual(NOT_ALLOWED);
    });
  });

  describe('with decodeAlgorithms', () => {
    const app = useJwtApp(adapter, serving({ decodeAlgorithms: ['HS512'] }));

    it('can be one of the further accepted algorithms', async () => {
      expect(await app.get('/', forge({}, { algorithm: 'HS512' }))).toMatchObject({ status: 200 });
      expect(await app.get('/', forge())).toMatchObject({ status: 200 });
      expect(await app.get('/', forge({}, { algorithm: 'HS384' }))).toEqual(NOT_ALLOWED);
    });
  });

  describe('with further header parameters', () => {
    const app = useJwtApp(adapter, serving({}));

    it('does not depend on typ, cty, jku, jwk, x5u and zip', async () => {
      const header = { typ: 'at+jwt', cty: 'JWT', jku: 'http://127.0.0.1:1/', jwk: {}, x5u: 'x', zip: 'DEF' };
      expect(await app.get('/', forge({}, { header }))).toMatchObject({ status: 200 });
    });
  });
});
