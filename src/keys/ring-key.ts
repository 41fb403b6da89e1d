import { createPublicKey, type KeyObject } from 'node:crypto';
import type { KeyEntry } from '../options/key-entries.js';
import type { KeyMaterial } from '../options/key-options.js';
import type { SingleKeyMaterial } from '../options/key-settings.js';
import type { Settings } from '../options/settings.js';
import { isHmac, type JwtAlgorithm } from '../types/algorithms.js';
import { kidOfJwk, readKeyPair } from './key-material.js';
import type { NewKey } from './key-ring.js';
import { prepareSigningKey, prepareVerificationKey, type PreparedPair } from './prepare-key.js';
import { thumbprint } from './public-jwk.js';
import { ownKey, type SigningKey, type VerificationKey } from './verification-key.js';

/** One of the application's own keys: it verifies, and it may sign. */
export interface RingKey {
  readonly verification: VerificationKey;
  /** `null` if the key only verifies. */
  readonly signing: SigningKey | null;
}

/** The settings of keys without a name. */
type SingleKeySettings = Pick<Settings, 'algorithm' | 'decodeAlgorithms' | 'allowWeakSecret'>;

/** The keys of the options `secret`, `privateKey` and `publicKey`: one for each accepted algorithm, without a name. */
export function singleKeys(settings: SingleKeySettings, material: SingleKeyMaterial): readonly RingKey[] {
  const algorithms = [...settings.decodeAlgorithms] as JwtAlgorithm[];
  if (!isHmac(settings.algorithm)) return algorithms.flatMap((algorithm) => pairFor(algorithm, settings, material));
  const { secrets } = material;
  return secrets.flatMap((secret, index) =>
    algorithms.map((algorithm) => {
      const name = `JwtExtendedModule option "secret"${secrets.length > 1 ? `, key ${index + 1},` : ''}`;
      const preparation = { algorithm, allowWeakSecret: settings.allowWeakSecret, name };
      const signs = index === 0 && algorithm === settings.algorithm;
      const key = signs ? prepareSigningKey(secret, preparation).signing : prepareVerificationKey(secret, preparation);
      return ringKey(algorithm, { signing: key, verification: key }, { ...UNNAMED, signs });
    }),
  );
}

/** The keys of a new secret or private key, in a service without the option `keys`. */
export function newSingleKeys(settings: SingleKeySettings, { key, kid, algorithm }: NewKey): readonly RingKey[] {
  if ((kid ?? null) !== null || (algorithm ?? settings.algorithm) !== settings.algorithm) {
    throw new TypeError('KeyRing.rotate() takes "kid" and "algorithm" only with the option "keys". Set that option.');
  }
  const isSecret = isHmac(settings.algorithm);
  return singleKeys(settings, {
    secrets: isSecret ? [key] : [],
    privateKey: isSecret ? null : key,
    publicKey: null,
  });
}

function pairFor(
  algorithm: JwtAlgorithm,
  settings: SingleKeySettings,
  { privateKey, publicKey }: SingleKeyMaterial,
): RingKey[] {
  const preparation = (option: string) => ({
    algorithm,
    allowWeakSecret: settings.allowWeakSecret,
    name: `JwtExtendedModule option "${option}"`,
  });
  const verification = publicKey === null ? null : prepareVerificationKey(publicKey, preparation('publicKey'));
  if (privateKey === null) {
    return verification === null ? [] : [ringKey(algorithm, { signing: verification, verification }, UNNAMED)];
  }
  const pair = prepareSigningKey(privateKey, preparation('privateKey'));
  if (verification?.equals(pair.verification) === false) {
    throw new TypeError(
      'JwtExtendedModule option "publicKey" does not match "privateKey": this service could not verify its own tokens. ' +
        'Remove "publicKey": it is derived from "privateKey".',
    );
  }
  return [ringKey(algorithm, pair, { ...UNNAMED, signs: algorithm === settings.algorithm })];
}

/** A key of the option `keys`. */
export function namedKey(entry: KeyEntry, allowWeakSecret: boolean): RingKey {
  const { algorithm, notAfter } = entry;
  const preparation = { algorithm, allowWeakSecret, name: entry.name };
  if (entry.use === 'sign') {
    const pair = prepareSigningKey(entry.key, preparation);
    return ringKey(algorithm, pair, { kid: kidOf(entry, pair.verification), notAfter: null, signs: true });
  }
  const verification = prepareVerificationKey(withoutPrivateHalf(entry), preparation);
  return ringKey(
    algorithm,
    { signing: verification, verification },
    { kid: kidOf(entry, verification), notAfter, signs: false },
  );
}

interface RingKeyOptions {
  readonly kid: string | null;
  readonly notAfter: number | null;
  readonly signs: boolean;
}

const UNNAMED: RingKeyOptions = Object.freeze({ kid: null, notAfter: null, signs: false });

function ringKey(algorithm: JwtAlgorithm, pair: PreparedPair, { kid, notAfter, signs }: RingKeyOptions): RingKey {
  return Object.freeze({
    verification: ownKey(algorithm, pair.verification, { kid, notAfter }),
    signing: signs ? Object.freeze({ kid, algorithm, key: pair.signing }) : null,
  });
}

function kidOf({ kid, key, name }: KeyEntry, verification: KeyObject): string | null {
  if (kid !== undefined) return kid;
  const own = kidOfJwk(key);
  if (own === null && verification.type === 'secret')
    throw new TypeError(`${name} is a secret without a name: set kid.`);
  return own ?? thumbprint(verification);
}

/** To retire a signing key, its entry changes only in `use`, so the private key must be accepted. */
function withoutPrivateHalf({ key, algorithm, name }: KeyEntry): KeyMaterial {
  if (isHmac(algorithm)) return key;
  const read = readKeyPair(key, { algorithm, name, use: 'verify' });
  return read.type === 'private' ? createPublicKey(read) : read;
}
