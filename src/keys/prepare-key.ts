import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { ALGORITHMS, isHmac, type JwtAlgorithm } from '../types/algorithms.js';
import { isKeyPairInDisguise } from './disguised-key.js';
import { readKeyPair, readSecret, type KeyPurpose } from './key-material.js';
import { weaknessOf } from './key-strength.js';
import { secretWeakness, wrappingOf } from './secret-strength.js';
import { withoutQuotes } from './key-text.js';

/** The purpose of a key. */
export interface Preparation {
  readonly algorithm: JwtAlgorithm;
  readonly allowWeakSecret: boolean;
  /** The start of messages: the option with the key. */
  readonly name: string;
}

/** The key that signs, and the key that verifies its signatures. For HMAC both are the secret. */
export interface PreparedPair {
  readonly signing: KeyObject;
  readonly verification: KeyObject;
}

/** Prepares a secret or private key. A weak key, or one of another kind, is a `TypeError` with the cure. */
export function prepareSigningKey(material: unknown, preparation: Preparation): PreparedPair {
  if (isHmac(preparation.algorithm)) {
    const secret = prepareSecret(material, preparation, 'sign');
    return { signing: secret, verification: secret };
  }
  const purpose: KeyPurpose = { ...preparation, use: 'sign' };
  const signing = readKeyPair(material, purpose);
  refuseType(signing, 'private', purpose);
  const verification = createPublicKey(signing);
  refuseWeak(verification, purpose);
  if (!isPair(signing, verification)) {
    throw new TypeError(`${purpose.name} has a public half that belongs to another key. Export the private key again.`);
  }
  return { signing, verification };
}

/** Prepares a secret or public key. A private key, a weak key or one of another kind is a `TypeError`. */
export function prepareVerificationKey(material: unknown, preparation: Preparation): KeyObject {
  if (isHmac(preparation.algorithm)) return prepareSecret(material, preparation, 'verify');
  const purpose: KeyPurpose = { ...preparation, use: 'verify' };
  const key = readKeyPair(material, purpose);
  refuseType(key, 'public', purpose);
  refuseWeak(key, purpose);
  return key;
}

/** Prepares an HMAC secret. A public key, an empty secret or one that is too short is a `TypeError`. */
function prepareSecret(
  material: unknown,
  { algorithm, allowWeakSecret, name }: Preparation,
  use: KeyPurpose['use'],
): KeyObject {
  const key = readSecret(material, { algorithm, name, use });
  if (key.type !== 'secret') {
    throw new TypeError(`${name} is a ${key.type} key; ${algorithm} needs a secret of random bytes.`);
  }
  if (isKeyPairInDisguise(key.export()) || isQuotedKeyPair(material)) {
    throw new TypeError(
      `${name} is a key pair's public or private key, in PEM or another form. If it were the HMAC secret, everyone with ` +
        'the public key could make tokens. Use a secret of random bytes.',
    );
  }
  const wrapping = wrappingOf(material, key);
  if (wrapping !== null) throw new TypeError(`${name} ${wrapping}`);
  const weakness = secretWeakness(key, algorithm);
  const { isAllowed, text } = weakness ?? { isAllowed: true, text: '' };
  if (weakness === null || (isAllowed && allowWeakSecret)) return key;
  const command = `node -e "console.log(require('crypto').randomBytes(${ALGORITHMS[algorithm].hashBytes}).toString('hex'))"`;
  throw new TypeError(`${name} ${text} Create one with ${command}${isAllowed ? ', or set allowWeakSecret' : ''}.`);
}

function isQuotedKeyPair(material: unknown): boolean {
  return typeof material === 'string' && isKeyPairInDisguise(Buffer.from(withoutQuotes(material)));
}

const TYPE_CURES = {
  private: 'Only the private key can sign tokens; the public key can verify them.',
  public:
    'A service that only verifies must not have the private key. Extract the public key: openssl pkey -in private.pem -pubout -out public.pem',
};

function refuseType(key: KeyObject, needed: 'public' | 'private', { algorithm, name }: KeyPurpose): void {
  if (key.type === needed) return;
  const cure = key.type === 'secret' ? `${algorithm} needs a key pair, not a secret.` : TYPE_CURES[needed];
  throw new TypeError(`${name} is a ${key.type} key, but must be the ${needed} key. ${cure}`);
}

function refuseWeak(key: KeyObject, { algorithm, name }: KeyPurpose): void {
  const weakness = weaknessOf(key, algorithm);
  if (weakness !== null) throw new TypeError(`${name} ${weakness}`);
}

/** A JWK and PKCS #8 hold both halves. Node does not check that they belong together. */
function isPair(signing: KeyObject, verification: KeyObject): boolean {
  const probe = Buffer.from('probe');
  const hash =
    signing.asymmetricKeyType === 'ed25519' ? null : (signing.asymmetricKeyDetails?.hashAlgorithm ?? 'sha256');
  return verify(hash, probe, verification, sign(hash, probe, signing));
}
