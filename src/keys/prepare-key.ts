import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { ALGORITHMS, isHmac, type JwtAlgorithm } from '../types/algorithms.js';
import { isKeyPairInDisguise } from './disguised-key.js';
import { readKeyPair, readSecret, type KeyPurpose } from './key-material.js';
import { weaknessOf } from './key-strength.js';

/** The options of a preparation. */
export interface Preparation {
  readonly algorithm: JwtAlgorithm;
  readonly allowWeakSecret: boolean;
  /** The option of the key, with which messages begin. */
  readonly name: string;
}

/** A signing key and its verification key. For HMAC they are the same. */
export interface PreparedPair {
  readonly signing: KeyObject;
  readonly verification: KeyObject;
}

/** Prepares a secret or private key. @throws TypeError for a weak key or a key of another type, with the fix. */
export function prepareSigningKey(material: unknown, preparation: Preparation): PreparedPair {
  if (isHmac(preparation.algorithm)) {
    const secret = prepareSecret(material, preparation);
    return { signing: secret, verification: secret };
  }
  const purpose: KeyPurpose = { ...preparation, use: 'sign' };
  const signing = readKeyPair(material, purpose);
  refuseType(signing, 'private', purpose);
  const verification = createPublicKey(signing);
  refuseWeak(verification, purpose);
  if (!isPair(signing, verification)) {
    throw new TypeError(`${purpose.name} has a public part and a private part of different keys.`);
  }
  return { signing, verification };
}

/** Prepares a secret or public key. @throws TypeError for a private key, a weak key or a key of another type. */
export function prepareVerificationKey(material: unknown, preparation: Preparation): KeyObject {
  if (isHmac(preparation.algorithm)) return prepareSecret(material, preparation);
  const purpose: KeyPurpose = { ...preparation, use: 'verify' };
  const key = readKeyPair(material, purpose);
  refuseType(key, 'public', purpose);
  refuseWeak(key, purpose);
  return key;
}

/** Prepares an HMAC secret. @throws TypeError for a public key, an empty secret or a secret that is too short. */
function prepareSecret(material: unknown, { algorithm, allowWeakSecret, name }: Preparation): KeyObject {
  const key = readSecret(material, name, algorithm);
  if (key.type !== 'secret') {
    throw new TypeError(`${name} is a ${key.type} key; ${algorithm} needs a secret of random bytes.`);
  }
  if (isKeyPairInDisguise(key.export())) {
    throw new TypeError(
      `${name} is a public or private key, in PEM or another form. With it as HMAC secret, everyone who knows the public ` +
        'key could create tokens: use a secret of random bytes.',
    );
  }
  const least = ALGORITHMS[algorithm].hashBytes;
  const size = key.symmetricKeySize ?? 0;
  if (size < least && !(allowWeakSecret && size > 0)) {
    throw new TypeError(
      `${name} has ${size} bytes; ${algorithm} needs at least ${least} (RFC 7518 s.3.2). Create one with ` +
        `node -e "console.log(require('crypto').randomBytes(${least}).toString('hex'))", or set allowWeakSecret.`,
    );
  }
  return key;
}

const TYPE_CURES = {
  private: 'Signing needs the private key. The public key is enough only for a service that verifies.',
  public:
    'A service that only verifies must not have the private key: openssl pkey -in private.pem -pubout -out public.pem',
};

function refuseType(key: KeyObject, needed: 'public' | 'private', { algorithm, name }: KeyPurpose): void {
  if (key.type === needed) return;
  const cure = key.type === 'secret' ? `${algorithm} needs a key pair, not a secret.` : TYPE_CURES[needed];
  throw new TypeError(`${name} is a ${key.type} key, but a ${needed} key is needed. ${cure}`);
}

function refuseWeak(key: KeyObject, { algorithm, name }: KeyPurpose): void {
  const weakness = weaknessOf(key, algorithm);
  if (weakness !== null) throw new TypeError(`${name} ${weakness}`);
}

/** A JWK and PKCS #8 contain both keys, and Node does not compare them. */
function isPair(signing: KeyObject, verification: KeyObject): boolean {
  const probe = Buffer.from('probe');
  const hash =
    signing.asymmetricKeyType === 'ed25519' ? null : (signing.asymmetricKeyDetails?.hashAlgorithm ?? 'sha256');
  return verify(hash, probe, verification, sign(hash, probe, signing));
}
