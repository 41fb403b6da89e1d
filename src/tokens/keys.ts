import { createSecretKey, KeyObject } from 'node:crypto';
import { ALGORITHMS, type JwtAlgorithm } from '../types/algorithms.js';
import type { HmacSecret } from '../options/jwt-extended-options.js';
import type { Settings } from '../options/settings.js';

// The start of a PEM block, of a DER sequence in base64, and of an OpenSSH public key.
const KEY_PAIR_TEXT = /-----BEGIN [A-Z0-9 ]+-----|^\s*(?:ssh-(?:rsa|ed25519)|ecdsa-sha2-)/;

/** Prepares an HMAC secret once; a key that anyone may know, is empty or is too short is a `TypeError`. */
export function prepareSecret(
  secret: HmacSecret,
  { algorithm, allowWeakSecret }: { algorithm: JwtAlgorithm; allowWeakSecret: boolean },
  name = 'JwtExtendedModule option "secret"',
): KeyObject {
  const key = secret instanceof KeyObject ? secret : fromMaterial(secret, name);
  if (key.type !== 'secret') {
    throw new TypeError(`${name} is a ${key.type} key; ${algorithm} needs a secret of random bytes.`);
  }
  refuseKeyPair(key, name);
  const least = ALGORITHMS[algorithm].hashBytes;
  const size = key.symmetricKeySize ?? 0;
  if (size < least && !allowWeakSecret) {
    throw new TypeError(
      `${name} has ${size} bytes; ${algorithm} needs at least ${least} (RFC 7518 s.3.2). Make one with ` +
        `node -e "console.log(require('crypto').randomBytes(${least}).toString('hex'))", or set allowWeakSecret.`,
    );
  }
  return key;
}

function fromMaterial(secret: unknown, name: string): KeyObject {
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) {
    throw new TypeError(`${name} must be a string, bytes (Buffer) or a KeyObject; it is ${typeof secret}.`);
  }
  const bytes = typeof secret === 'string' ? Buffer.from(secret, 'utf8') : Buffer.from(secret);
  if (bytes.length === 0) throw new TypeError(`${name} is empty: anyone could make such tokens.`);
  return createSecretKey(bytes);
}

function refuseKeyPair(key: KeyObject, name: string): void {
  if (!KEY_PAIR_TEXT.test(key.export().toString('latin1'))) return;
  throw new TypeError(
    `${name} is the text of a key pair (PEM). A public key as HMAC secret lets everyone who has it make tokens: ` +
      'use a secret of random bytes.',
  );
}

/** The application's own keys, prepared at the start. */
export class KeyRing {
  /** The key new tokens are signed with. */
  readonly signingKey: KeyObject;
  private readonly keysByAlgorithm: ReadonlyMap<string, readonly KeyObject[]>;

  constructor(settings: Settings) {
    const keys = new Map<string, readonly KeyObject[]>();
    for (const algorithm of settings.decodeAlgorithms) {
      const strength = { algorithm: algorithm as JwtAlgorithm, allowWeakSecret: settings.allowWeakSecret };
      keys.set(
        algorithm,
        settings.secrets.map((secret, index) => prepareSecret(secret, strength, nameOf(index, settings))),
      );
    }
    this.keysByAlgorithm = keys;
    this.signingKey = this.verificationKeys(settings.algorithm)[0] as KeyObject;
  }

  /** The keys a token of this algorithm may have been signed with. */
  verificationKeys(algorithm: string): readonly KeyObject[] {
    return this.keysByAlgorithm.get(algorithm) ?? [];
  }
}

function nameOf(index: number, settings: Settings): string {
  return `JwtExtendedModule option "secret"${settings.secrets.length > 1 ? `, key ${index + 1},` : ''}`;
}
