import { NestFactory } from '@nestjs/core';
import { loadLibrary } from '../library.mjs';

export const name = 'nestjs-jwt-extended';

/** The options of this library for a pair of keys. */
export function keyOptions(algorithm, keys, asText = false) {
  if (algorithm === 'HS256') return { algorithm, secret: asText ? keys.signingText : keys.signing };
  return asText
    ? { algorithm, privateKey: keys.signingText, publicKey: keys.verifyingText }
    : { algorithm, privateKey: keys.signing, publicKey: keys.verifying };
}

export async function create(algorithm, keys) {
  const lean = await tokenService({ ...keyOptions(algorithm, keys), cache: false });
  const cached = await tokenService(keyOptions(algorithm, keys));
  const text = await tokenService({ ...keyOptions(algorithm, keys, true), cache: false });
  return {
    verifiers: [
      { name: `${name}, cache off`, isAsync: true, run: (token) => lean.verify(token) },
      { name: `${name}, cache off, string key`, isAsync: true, run: (token) => text.verify(token) },
      { name: `${name}, cached token`, isAsync: true, remembers: true, run: (token) => cached.verify(token) },
    ],
    signers: [{ name, isAsync: true, makesClaims: true, run: (index) => lean.createAccessToken(`user-${index}`) }],
  };
}

async function tokenService(options) {
  const { JwtExtendedModule, TokenService } = await loadLibrary();
  // With cookies, a token has a second UUID: its double submit value.
  const all = { tokenLocation: ['headers', 'cookies'], accessTokenExpires: '1d', ...options };
  const context = await NestFactory.createApplicationContext(
    { module: class Bench {}, imports: [JwtExtendedModule.forRoot(all)] },
    { logger: false, abortOnError: false },
  );
  return context.get(TokenService);
}
