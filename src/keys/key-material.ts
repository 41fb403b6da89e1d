import { isUint8Array } from 'node:util/types';
import { createPrivateKey, createPublicKey, createSecretKey, KeyObject, type JsonWebKey } from 'node:crypto';
import { namesOf, type JwtAlgorithm } from '../types/algorithms.js';
import { parseKeyText, withoutQuotes } from './key-text.js';
import { ownValue } from '../types/claims.js';

const DER_SEQUENCE = 0x30;

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
  if (isUint8Array(material)) return fromBytes(Buffer.from(material), purpose);
  if (isJwk(material)) return fromJwk(material, purpose);
  throw new TypeError(`${purpose.name} must be PEM, a JWK or a KeyObject; it is ${nameOfType(material)}.`);
}

/** Reads a secret: the bytes of a text in UTF-8, or of `k` in a JWK (RFC 7518 s.6.4). */
export function readSecret(material: unknown, purpose: KeyPurpose): KeyObject {
  const { name } = purpose;
  if (material instanceof KeyObject) return material;
  if (typeof material === 'string') return secretOfText(material, purpose);
  if (isUint8Array(material)) return filled(Buffer.from(material), name);
  if (!isJwk(material)) {
    throw new TypeError(
      `${name} must be a string, bytes (Buffer), a JWK or a KeyObject; it is ${nameOfType(material)}.`,
    );
  }
  if (material.kty !== 'oct') return fromJwk(material, purpose);
  checkJwk(material, purpose);
  const secret = ownValue(material, 'k');
  const bytes = Buffer.from(String(secret), 'base64url');
  if (bytes.toString('base64url') !== secret)
    throw new TypeError(`${name} has no base64url in "k" (RFC 7518 s.6.4.1).`);
  return filled(bytes, name);
}

/** A text is a JWK, or its bytes are the secret. */
function secretOfText(text: string, purpose: KeyPurpose): KeyObject {
  const inner = withoutQuotes(text);
  if (inner.startsWith('{')) {
    const jwk = parseJson(inner);
    if (isJwk(jwk) && jwk.kty === 'oct') return readSecret(jwk, purpose);
  }
  return filled(Buffer.from(text, 'utf8'), purpose.name);
}

/** The `kid` of a JWK, or of the text of one; `null`: none. */
export function kidOfJwk(material: unknown): string | null {
  const text = isUint8Array(material) ? Buffer.from(material).toString('utf8') : material;
  const found = typeof text === 'string' ? parseKeyText(text) : null;
  const jwk = found !== null && 'jwk' in found ? parseJson(found.jwk) : material;
  const kid = isJwk(jwk) ? ownValue(jwk, 'kid') : null;
  return typeof kid === 'string' && kid !== '' ? kid : null;
}

/** Whether a value is a JSON Web Key (RFC 7517). */
export function isJwk(value: unknown): value is JsonWebKey {
  return typeof value === 'object' && value !== null && typeof ownValue(value, 'kty') === 'string';
}

function filled(bytes: Buffer, name: string): KeyObject {
  if (bytes.length === 0) throw new TypeError(`${name} is empty: anyone could make such tokens.`);
  return createSecretKey(bytes);
}

function fromBytes(bytes: Buffer, purpose: KeyPurpose): KeyObject {
  return bytes[0] === DER_SEQUENCE ? fromDer(bytes, purpose) : fromText(bytes.toString('utf8'), purpose);
}

function fromDer(bytes: Buffer, purpose: KeyPurpose): KeyObject {
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
  const found = parseKeyText(text);
  if ('problem' in found) throw new TypeError(`${purpose.name} ${found.problem}`);
  if ('jwk' in found) return fromJwkText(found.jwk, purpose);
  if ('der' in found) return fromDer(found.der, purpose);
  return read(() => (found.isPrivate ? createPrivateKey(found.pem) : createPublicKey(found.pem)), purpose);
}

function fromJwkText(text: string, purpose: KeyPurpose): KeyObject {
  const jwk = parseJson(text);
  if (isJwk(jwk)) return fromJwk(jwk, purpose);
  throw new TypeError(
    `${purpose.name} is not a JWK, a JSON object with "kty" (RFC 7517 s.4). Of a JWK Set, pass one key.`,
  );
}

/** `undefined` for broken JSON. The error of JSON.parse would show a part of the key. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fromJwk(value: JsonWebKey, purpose: KeyPurpose): KeyObject {
  const jwk = withoutPrototype(value);
  if (jwk.kty === 'oct')
    throw new TypeError(`${purpose.name} is a secret (kty: 'oct'); ${purpose.algorithm} needs a key pair.`);
  checkJwk(jwk, purpose);
  const key = { key: withStandardNames(jwk), format: 'jwk' } as const;
  return read(() => (jwk.d === undefined ? createPublicKey(key) : createPrivateKey(key)), purpose);
}

/** Azure Key Vault writes `RSA-HSM` and `EC-HSM` for keys in hardware, and `P-256K` for secp256k1 (RFC 8812 s.3.1). */
function withStandardNames(jwk: JsonWebKey): JsonWebKey {
  const copy = withoutPrototype(jwk);
  copy.kty = jwk.kty?.replace(/-HSM$/, '');
  if (jwk.crv === 'P-256K') copy.crv = 'secp256k1';
  return copy;
}

/**
 * Refuses a JWK whose `alg`, `use` or `key_ops` do not fit the purpose (RFC 7517 s.4.2 to 4.4). A key that may sign has a
 * half, or is a secret, that may verify: a signing key whose entry becomes `use: 'verify'` is accepted.
 */
function checkJwk(value: JsonWebKey, { name, algorithm, use }: KeyPurpose): void {
  const jwk = withoutPrototype(value);
  const operations = jwk.key_ops;
  if (jwk.alg !== undefined && !namesOf(algorithm).some((known) => known === jwk.alg)) {
    throw new TypeError(`${name} is a JWK for ${JSON.stringify(jwk.alg)}, but is used for ${algorithm}.`);
  }
  if (jwk.use !== undefined && jwk.use !== 'sig') {
    throw new TypeError(`${name} is a JWK with use: ${JSON.stringify(jwk.use)}; it must be 'sig', for signatures.`);
  }
  const signs = jwk.d !== undefined || jwk.kty === 'oct';
  const fitting = use === 'verify' && signs ? ['verify', 'sign'] : [use];
  if (operations !== undefined && !(Array.isArray(operations) && fitting.some((one) => operations.includes(one)))) {
    throw new TypeError(`${name} is a JWK whose key_ops do not have '${use}'.`);
  }
}

/** A copy that inherits nothing: Node would read a private member from `Object.prototype`. */
function withoutPrototype(jwk: JsonWebKey): JsonWebKey {
  return Object.assign(Object.create(null) as JsonWebKey, jwk);
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
  if (typeof value !== 'object') return typeof value;
  if (Object.prototype.toString.call(value) === '[object CryptoKey]') {
    return 'a CryptoKey. Pass KeyObject.from(key) of node:crypto';
  }
  if ('privateKey' in value || 'publicKey' in value) return 'a pair of keys. Pass its privateKey or its publicKey';
  return 'keys' in value ? 'a JWK Set. Pass one of its keys' : 'an object without "kty"';
}
