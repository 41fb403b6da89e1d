import { createPublicKey, createSecretKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import type { JwtAlgorithm } from 'nestjs-jwt-extended';

const CURVES: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  ES256K: 'secp256k1',
};

const made = new Map<string, KeyObject>();

/** A private key (or secret) for an algorithm, created once per test file and name. RS* and PS* share the RSA keys. */
export function privateKeyFor(algorithm: JwtAlgorithm, name = 'a'): KeyObject {
  // RFC 9864 has another name for EdDSA with this curve.
  const kind = /^[RP]S/.test(algorithm) ? 'RSA' : algorithm === 'Ed25519' ? 'EdDSA' : algorithm;
  const key = made.get(`${kind} ${name}`) ?? makeKey(kind);
  made.set(`${kind} ${name}`, key);
  return key;
}

/** The public key for it, or the secret of HMAC. */
export function publicKeyFor(algorithm: JwtAlgorithm, name = 'a'): KeyObject {
  const key = privateKeyFor(algorithm, name);
  return key.type === 'secret' ? key : createPublicKey(key);
}

function makeKey(kind: string): KeyObject {
  if (kind.startsWith('HS')) return createSecretKey(randomBytes(64));
  if (kind === 'RSA') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  if (kind === 'EdDSA') return generateKeyPairSync('ed25519').privateKey;
  return generateKeyPairSync('ec', { namedCurve: CURVES[kind] as string }).privateKey;
}

/** A key in PEM: SPKI for a public key, PKCS #8 for a private key. */
export function pem(key: KeyObject): string {
  const options = key.type === 'public' ? ({ type: 'spki', format: 'pem' } as const) : PKCS8;
  return key.export(options).toString();
}

const PKCS8 = { type: 'pkcs8', format: 'pem' } as const;

/** The public key in the format of SSH (RFC 8709), for Ed25519. */
export function sshPublicKey(key: KeyObject): string {
  const point = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(point)]);
  return `ssh-ed25519 ${blob.toString('base64')} alice@host`;
}

/** A self-signed certificate, from openssl req -x509. */
export const CERTIFICATE = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBcDCCARWgAwIBAgIUeI+WJQLpbtJY5TShZBz0XABTb9wwCgYIKoZIzj0EAwIw',
  'DDEKMAgGA1UEAwwBeDAgFw0yNjExMjcxMDM1NDdaGA8yMTI2MTEwMzEwMzU0N1ow',
  'DDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAUk+3a0bka8',
  'rsACkLFCSwuDXim739JRWryA77WcN04F0EE9wORs4mABFcIKz3JoC/Vp7cvJ4b5a',
  'e3/Ef3hRcZmjUzBRMB0GA1UdDgQWBBRYjbauhUHrWBbpl/d4/DGEiR84MTAfBgNV',
  'HSMEGDAWgBRYjbauhUHrWBbpl/d4/DGEiR84MTAPBgNVHRMBAf8EBTADAQH/MAoG',
  'CCqGSM49BAMCA0kAMEYCIQDZh+mMNdmcl/cLGiNjIT6YbLwDAYc514Cyf6Rvp1Kh',
  'mwIhAIRvbjby18MzrwM1fjRCRY5+WYwdETUYRUbdofIVxv+u',
  '-----END CERTIFICATE-----',
  '',
].join('\n');
