import { ALGORITHMS, isAlgorithm, isHmac, type JwtAlgorithm } from '../types/algorithms.js';
import { checkAlgorithm } from './algorithm-option.js';
import type { KeyMaterial } from './jwt-extended-options.js';
import { readKeyEntries, type KeyEntry } from './key-entries.js';
import type { OptionReader } from './option-reader.js';
import type { KeySettings } from './settings.js';

/** Options that `keys` replaces. */
const SINGLE = ['secret', 'privateKey', 'publicKey', 'algorithm', 'decodeAlgorithms', 'encodeKey', 'decodeKey'];

const NONE: readonly KeyMaterial[] = Object.freeze([]);

/** One secret (a list: the first signs) or one key pair, as the options hold it. */
export interface SingleKeyMaterial {
  readonly secrets: readonly KeyMaterial[];
  readonly privateKey: KeyMaterial | null;
  readonly publicKey: KeyMaterial | null;
}

/** The keys as the options hold them: entries of `keys`, or one secret or key pair. Never part of `Settings`. */
export type KeyMaterialOptions = SingleKeyMaterial | { readonly entries: readonly KeyEntry[] };

/** What the options say about the keys, apart from the keys themselves. */
export interface ResolvedKeys {
  readonly settings: KeySettings;
  readonly material: KeyMaterialOptions;
}

/** Reads the keys and their algorithms. Whether a key fits its algorithm is checked when it is prepared. */
export function resolveKeys(options: OptionReader): ResolvedKeys {
  const allowWeakSecret = options.flag('allowWeakSecret', false);
  if (isSet(options, 'keys')) return readRing(options, allowWeakSecret);
  const algorithm = checkAlgorithm(options, 'algorithm', options.raw('algorithm') ?? 'HS256');
  const decodeAlgorithms = readDecodeAlgorithms(options, algorithm);
  const material = isHmac(algorithm) ? readSecret(options, algorithm) : readPair(options, algorithm);
  return { settings: { algorithm, decodeAlgorithms, allowWeakSecret, hasOwnKeys: hasKeys(options) }, material };
}

function isSet(options: OptionReader, name: string): boolean {
  return (options.raw(name) ?? null) !== null;
}

/** Whether tokens can be verified with keys of this application, not only with those of an identity provider. */
function hasKeys(options: OptionReader): boolean {
  return ['secret', 'privateKey', 'publicKey', 'keys', 'decodeKey'].some((name) => isSet(options, name));
}

function readRing(options: OptionReader, allowWeakSecret: boolean): ResolvedKeys {
  const other = SINGLE.find((name) => isSet(options, name));
  if (other !== undefined) options.refuse(other, 'cannot stand beside "keys", which says of each key what it is for.');
  const entries = readKeyEntries(options.raw('keys'));
  const { algorithm } = entries.find(({ use }) => use === 'sign') ?? entries[0];
  const decodeAlgorithms = new Set<string>(entries.map((key) => key.algorithm));
  return { settings: { algorithm, decodeAlgorithms, allowWeakSecret, hasOwnKeys: true }, material: { entries } };
}

function readDecodeAlgorithms(options: OptionReader, algorithm: JwtAlgorithm): ReadonlySet<string> {
  const given = options.list('decodeAlgorithms') ?? [];
  const families = new Set([...given, algorithm].filter(isAlgorithm).map(familyOf));
  if (families.size > 1) {
    options.refuse(
      'decodeAlgorithms',
      `mixes ${[...families].join(' and ')} algorithms, so that one kind of key could be taken for the other. ` +
        `Keep to the family of "algorithm" (${algorithm}), or give each key its algorithm in "keys".`,
    );
  }
  return new Set([algorithm, ...given.map((name) => checkAlgorithm(options, 'decodeAlgorithms', name))]);
}

/** RS* and PS* are one: a plain RSA key is good for both, and one made for RSASSA-PSS alone is refused for RS* later. */
function familyOf(name: JwtAlgorithm): string {
  const { family } = ALGORITHMS[name];
  return family === 'rsa-pss' ? 'rsa' : family;
}

function readSecret(options: OptionReader, algorithm: JwtAlgorithm): SingleKeyMaterial {
  const other = ['privateKey', 'publicKey'].find((name) => isSet(options, name));
  if (other !== undefined) {
    options.refuse(other, `is not for ${algorithm}. Set "algorithm" to that of the key, such as 'RS256' or 'EdDSA'.`);
  }
  return { secrets: readSecrets(options, algorithm), privateKey: null, publicKey: null };
}

function readSecrets(options: OptionReader, algorithm: JwtAlgorithm): readonly KeyMaterial[] {
  const given = options.raw('secret');
  if (given === undefined || given === null) {
    if (choosesKeys(options)) return NONE;
    return options.refuse(
      'secret',
      `is ${String(given)}, and ${algorithm} needs one. Is the environment variable set that it comes from? Make one with ` +
        `node -p "require('crypto').randomBytes(${ALGORITHMS[algorithm].hashBytes}).toString('hex')". If it is set, it was ` +
        'read before the environment was loaded: use JwtExtendedModule.forRootAsync({ inject: [ConfigService], useFactory: … }).',
    );
  }
  const secrets = (Array.isArray(given) ? given : [given]) as readonly KeyMaterial[];
  if (secrets.length === 0) options.refuse('secret', 'is an empty list. The first one signs, all of them verify.');
  return Object.freeze([...secrets]);
}

function readPair(options: OptionReader, algorithm: JwtAlgorithm): SingleKeyMaterial {
  const privateKey = (options.raw('privateKey') ?? null) as KeyMaterial | null;
  const publicKey = (options.raw('publicKey') ?? null) as KeyMaterial | null;
  if (privateKey === null && publicKey === null && !choosesKeys(options)) {
    options.refuse(
      'privateKey',
      `is missing, and ${algorithm} needs one; a service that only verifies needs "publicKey" alone. Is the environment ` +
        'variable set that it comes from, and was it read after the environment was loaded (forRootAsync)?',
    );
  }
  if (isSet(options, 'secret')) {
    options.refuse('secret', `is not for ${algorithm}, which has a privateKey and a publicKey. Leave it out.`);
  }
  return { secrets: NONE, privateKey, publicKey };
}

/** Whether keys come from elsewhere, so that none has to be configured. */
function choosesKeys(options: OptionReader): boolean {
  return isSet(options, 'decodeKey') || isSet(options, 'jwks');
}
