import { Controller, Get } from '@nestjs/common';
import { JwtRequired, type JwtAlgorithm, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { base64url, readToken } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';
import { pem, privateKeyFor, publicKeyFor } from '../support/key-pairs.js';
import { tokenService } from '../support/token-service.js';

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

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'ES256K', 'EdDSA'];

describe.each(ADAPTERS)('a key pair on %s', (adapter) => {
  describe.each(ALGORITHMS as JwtAlgorithm[])('for %s', (algorithm) => {
    const issuer = useJwtApp(adapter, serving({ algorithm, privateKey: pem(privateKeyFor(algorithm)) }));
    const reader = useJwtApp(adapter, serving({ algorithm, publicKey: pem(publicKeyFor(algorithm)) }));
    const stranger = useJwtApp(adapter, serving({ algorithm, privateKey: privateKeyFor(algorithm, 'other') }));

    it('signs new tokens, which its own service and a service with the public key accept', async () => {
      const token = await issuer.tokens.createAccessToken('alice');
      expect(readToken(token).header).toEqual({ alg: algorithm, typ: 'JWT' });
      expect(await issuer.get('/', token)).toMatchObject({ status: 200 });
      expect(await reader.get('/', token)).toMatchObject({ status: 200 });
    });

    it('refuses tokens of another key', async () => {
      const token = await stranger.tokens.createAccessToken('alice');
      expect(await reader.get('/', token)).toEqual({ status: 422, body: { msg: 'Signature verification failed' } });
    });

    it('without the private key cannot create tokens, and the error says so', async () => {
      const made = reader.tokens.createAccessToken('alice');
      await expect(made).rejects.toThrow(TypeError);
      await expect(made).rejects.toThrow('This service verifies tokens and cannot create them');
    });
  });

  describe('of RSA for RS256 and PS256', () => {
    const publicKey = pem(publicKeyFor('RS256'));
    const reader = useJwtApp(adapter, serving({ algorithm: 'RS256', decodeAlgorithms: ['PS256'], publicKey }));
    const made = async (algorithm: JwtAlgorithm, name?: string) => {
      const options = { secret: undefined, algorithm, privateKey: privateKeyFor(algorithm, name) };
      return (await tokenService(options)).createAccessToken('alice');
    };

    it.each<JwtAlgorithm>(['RS256', 'PS256'])('accepts tokens signed with %s', async (algorithm) => {
      expect(await reader.get('/', await made(algorithm))).toMatchObject({ status: 200 });
      expect(await reader.get('/', await made(algorithm, 'other'))).toMatchObject({ status: 422 });
    });

    it.each<JwtAlgorithm>(['RS384', 'PS512'])('refuses tokens signed with %s', async (algorithm) => {
      const body = { msg: 'The specified alg value is not allowed' };
      expect(await reader.get('/', await made(algorithm))).toEqual({ status: 422, body });
    });

    it('refuses a signature of RS256 in a token that names PS256', async () => {
      const [, claims, signature] = (await made('RS256')).split('.');
      const token = [base64url('{"alg":"PS256","typ":"JWT"}'), claims, signature].join('.');
      expect(await reader.get('/', token)).toEqual({ status: 422, body: { msg: 'Signature verification failed' } });
    });
  });
});
