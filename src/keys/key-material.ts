import { createPrivateKey, createPublicKey, createSecretKey, KeyObject, type JsonWebKey } from 'node:crypto';
import type { JwtAlgorithm } from '../types/algorithms.js';

const PEM_LABEL = /-----BEGIN ([A-Z0-9 ]+)-----/;
const ENCRYPTED = /-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/;
const SSH_PUBLIC_KEY = /^\s*(?:sk-)?(?:ssh-|ecdsa-sha2-)|---- BEGIN SSH2/;

/** The purpose of a key. */
export interface KeyPurpose {
  readonly algorithm: JwtAlgorithm;
  readonly use: 'sign' | 'verify';
  /** The start of messages: the option with the key. */
  readonly name: string;
}

/** Reads a public or private key in any form. A key that cannot be read is a `TypeError`. */
export function readKeyPair(material: unknown, purpose: KeyPurpose): KeyObject {
  if (material instanceof KeyObject) return material;
  if (typeof material === 'string') return fromText(material, purpose);
  if (material instanceof Uint8Array) return fromBytes(Buffer.from(material), purpose);
  if (isJwk(material)) return fromJwk(material, purpose);
  throw new TypeError(`${purpose.name} must be PEM, a JWK or a KeyObject; it is ${nameOfType(material)}.`);
}

/** Reads a secret: the bytes of a text in UTF-8, or of `k` in a JWK (RFC 7518 s.6.4). */
export function readSecret(material: unknown, name: string, algorithm: JwtAlgorithm): KeyObject {
  if (material instanceof KeyObject) return material;
  if (typeof material === 'string') return filled(Buffer.from(material, 'utf8'), name);
  if (material instanceof Uint8Array) return filled(Buffer.from(material), name);
  if (!isJwk(material)) {
    throw new TypeError(
      `${name} must be a string, bytes (Buffer), a JWK or a KeyObject; it is ${nameOfType(material)}.`,
    );
  }
  if (material.kty !== 'oct') return fromJwk(material, { name, algorithm, use: 'verify' });
  checkJwk(material, { name, algorithm, use: 'verify' });
  const bytes = Buffer.from(String(material.k), 'base64url');
  if (bytes.toString('base64url') !== material.k)
    throw new TypeError(`${name} has no base64url in "k" (RFC 7518 s.6.4.1).`);
  return filled(bytes, name);
}

/** Whether a value is a JSON Web Key (RFC 7517). */
export function isJwk(value: unknown): value is JsonWebKey {
  return typeof value === 'object' && value !== null && typeof (value as JsonWebKey).kty === 'string';
}

function filled(bytes: Buffer, name: string): KeyObject {
  if (bytes.length === 0) throw new TypeError(`${name} is empty: anyone could make such tokens.`);
  return createSecretKey(bytes);
}

function fromBytes(bytes: Buffer, purpose: KeyPurpose): KeyObject {
  if (bytes[0] !== 0x30) return fromText(bytes.toString('utf8'), purpose);
  // Private keys first, because Node reads a public key from a private one, too.
  const reads = [
    () => createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' }),
    () => createPrivateKey({ key: bytes, format: 'der', type: 'pkcs1' }),
    () => createPrivateKey({ key: bytes, format: 'der', type: 'sec1' }),
    () => createPublicKey({ key: bytes, format: 'der', type: 'spki' }),
    () => createPublicKey({ key: bytes, format: 'der', type: 'pkcs1' }),
  ];
  for (const read of reads) {
    try {
      return read();
    } catch {
      // Not in this form: the next one.
    }
  }
  throw new TypeError(`${purpose.name} cannot be read as a key in DER. Pass PEM, a JWK or a KeyObject.`);
}

function fromText(text: string, purpose: KeyPurpose): KeyObject {
  if (text.trimStart().startsWith('{')) return fromJwkText(text, purpose);
  // Environment variables often have \n in place of line breaks.
  const pem = text.replaceAll('\\n', '\n').trim();
  const label = PEM_LABEL.exec(pem)?.[1];
  if (label === undefined) throw new TypeError(`${purpose.name} ${whyNoPem(text)}`);
  if (label.includes('CERTIFICATE')) {
    throw new TypeError(
      `${purpose.name} is a certificate. Its dates and issuer would not be checked, so pass only its public key: ` +
        'openssl x509 -in certificate.pem -noout -pubkey',
    );
  }
  if (ENCRYPTED.test(pem)) {
    throw new TypeError(
      `${purpose.name} is encrypted. Decrypt it with createPrivateKey({ key, passphrase }) of node:crypto.`,
    );
  }
  return read(() => (label.includes('PRIVATE KEY') ? createPrivateKey(pem) : createPublicKey(pem)), purpose);
}

function whyNoPem(text: string): string {
  if (text.trim() === '') return 'is empty. If it comes from an environment variable, check that the variable is set.';
  if (SSH_PUBLIC_KEY.test(text)) return 'is in the format of SSH. Convert it: ssh-keygen -e -m PKCS8 -f key.pub';
  return 'is neither PEM (-----BEGIN …-----) nor a JWK. A file path is not read: pass the text of the file.';
}

function fromJwkText(text: string, purpose: KeyPurpose): KeyObject {
  let jwk: unknown;
  try {
    jwk = JSON.parse(text);
  } catch {
    // The error below says what is wrong.
  }
  if (isJwk(jwk)) return fromJwk(jwk, purpose);
  throw new TypeError(
    `${purpose.name} is not a JWK, a JSON object with "kty" (RFC 7517 s.4). Of a JWK Set, pass one key.`,
  );
}

function fromJwk(jwk: JsonWebKey, purpose: KeyPurpose): KeyObject {
  if (jwk.kty === 'oct')
    throw new TypeError(`${purpose.name} is a secret (kty: 'oct'); ${purpose.algorithm} needs a key pair.`);
  checkJwk(jwk, purpose);
  const key = { key: jwk, format: 'jwk' } as const;
  return read(() => (jwk.d === undefined ? createPublicKey(key) : createPrivateKey(key)), purpose);
}

/** Refuses a JWK whose `alg`, `use` or `key_ops` do not fit the purpose (RFC 7517 s.4.2 to 4.4). */
function checkJwk(jwk: JsonWebKey, { name, algorithm, use }: KeyPurpose): void {
  const operations = jwk.key_ops;
  if (jwk.alg !== undefined && jwk.alg !== algorithm) {
    throw new TypeError(`${name} is a JWK for ${JSON.stringify(jwk.alg)}, but is used for ${algorithm}.`);
  }
  if (jwk.use !== undefined && jwk.use !== 'sig') {
    throw new TypeError(`${name} is a JWK with use: ${JSON.stringify(jwk.use)}; it must be 'sig', for signatures.`);
  }
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes(use))) {
    throw new TypeError(`${name} is a JWK whose key_ops do not have '${use}'.`);
  }
}

function read(parse: () => KeyObject, { name }: KeyPurpose): KeyObject {
  try {
    return parse();
  } catch (error) {
    // The message of OpenSSL shows no part of the key.
    throw new TypeError(`${name} cannot be read as a key: ${(error as Error).message}`, { cause: error });
  }
}

function nameOfType(value: unknown): string {
  if (value === null || Array.isArray(value)) return value === null ? 'null' : 'a list';
  return typeof value === 'object' ? 'an object without "kty"' : typeof value;
}
