import { JwtService } from '@nestjs/jwt';

const UNSUPPORTED = ['EdDSA'];

export const name = '@nestjs/jwt';

export function create(algorithm, keys) {
  if (UNSUPPORTED.includes(algorithm)) return { skipped: '@nestjs/jwt: jsonwebtoken does not support EdDSA' };
  const signOptions = { algorithm };
  const verifyOptions = { algorithms: [algorithm] };
  const prepared =
    algorithm === 'HS256'
      ? new JwtService({ secret: keys.signing, signOptions, verifyOptions })
      : new JwtService({ privateKey: keys.signing, publicKey: keys.verifying, signOptions, verifyOptions });
  const text =
    algorithm === 'HS256'
      ? new JwtService({ secret: keys.signingText, signOptions, verifyOptions })
      : new JwtService({ privateKey: keys.signingText, publicKey: keys.verifyingText, signOptions, verifyOptions });
  return {
    verifiers: [
      { name: '@nestjs/jwt, KeyObject', run: (token) => prepared.verify(token) },
      { name: '@nestjs/jwt, string key', run: (token) => text.verify(token) },
    ],
    signers: [
      { name: '@nestjs/jwt, KeyObject', run: (claims) => prepared.sign(claims) },
      { name: '@nestjs/jwt, string key', run: (claims) => text.sign(claims) },
    ],
  };
}
