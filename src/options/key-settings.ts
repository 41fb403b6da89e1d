import { ALGORITHMS, isHmac, namesOf, type JwtAlgorithm } from '../types/algorithms.js';
import { algorithm, algorithms } from './algorithm-options.js';
import type { JwtExtendedOptions } from './jwt-extended-options.js';
import { keyEntries, type KeyEntry } from './key-entries.js';
import { keyMaterial, type KeyMaterial } from './key-options.js';
import type { OptionSection, ReadersOf, ValuesOf } from './option-section.js';
import { optional } from './readers.js';

/** One secret (a list: the first signs) or one key pair, from the options. */
export interface SingleKeyMaterial {
  readonly secrets: readonly KeyMaterial[];
  readonly privateKey: KeyMaterial | null;
  readonly publicKey: KeyMaterial | null;
}

/** The keys in the options: entries of `keys`, or one secret or key pair. Never part of `Settings`. */
export type KeyMaterialOptions = SingleKeyMaterial | { readonly entries: readonly KeyEntry[] };

/** What is known of the application's own keys. The keys themselves are not here: settings hold no secret. */
export interface KeySettings {
  /** Of new tokens. */
  readonly algorithm: JwtAlgorithm;
  /** Of tokens that are verified. */
  readonly decodeAlgorithms: ReadonlySet<string>;
  /** `false`: tokens are verified only with keys of identity providers. */
  readonly hasOwnKeys: boolean;
}

/** The options about keys. `null`: not set. */
export const KEY_OPTIONS = {
  secret: secrets,
  privateKey: optional(keyMaterial),
  publicKey: optional(keyMaterial),
  keys: keyEntries,
  algorithm: optional(algorithm),
  decodeAlgorithms: algorithms,
} satisfies Partial<ReadersOf<JwtExtendedOptions>>;

/** What the options about keys mean together. */
export interface SettledKeys {
  readonly settings: KeySettings;
  readonly material: KeyMaterialOptions;
}

const NONE: readonly KeyMaterial[] = Object.freeze([]);

const PAIR = ['privateKey', 'publicKey'] as const;

/** Options that `keys` replaces. */
const REPLACED = ['secret', ...PAIR, 'algorithm', 'decodeAlgorithms', 'encodeKey', 'decodeKey'] as const;

/** Settles the keys and their algorithms. Whether a key fits its algorithm is checked when it is prepared. */
export function settleKeys(values: ValuesOf<typeof KEY_OPTIONS>, section: OptionSection): SettledKeys {
  if (values.keys !== null) return settleEntries(values.keys, section);
  const { secret, privateKey, publicKey } = values;
  const algorithm = values.algorithm ?? 'HS256';
  const isSet = (name: string) => isOptionSet(section, name);
  refuseOtherKind(algorithm, section);
  const hasKey = (isHmac(algorithm) ? ['secret'] : PAIR).some(isSet);
  if (!hasKey && !isSet('decodeKey') && !isSet('jwks')) refuseMissingKey(algorithm, section);
  return {
    settings: {
      algorithm,
      decodeAlgorithms: settleDecodeAlgorithms(values.decodeAlgorithms, algorithm, section),
      hasOwnKeys: hasKey || isSet('decodeKey'),
    },
    material: { secrets: secret, privateKey, publicKey },
  };
}

function secrets(section: OptionSection, name: string): readonly KeyMaterial[] {
  const value = section.raw(name) ?? null;
  if (value === null) return NONE;
  if (Array.isArray(value) && value.length === 0) {
    section.refuse(name, 'is an empty list. The first secret signs, all of them verify.');
  }
  return Object.freeze([value].flat() as unknown as readonly KeyMaterial[]);
}

function isOptionSet(section: OptionSection, name: string): boolean {
  return (section.raw(name) ?? null) !== null;
}

function settleEntries(entries: readonly [KeyEntry, ...KeyEntry[]], section: OptionSection): SettledKeys {
  const other = REPLACED.find((name) => isOptionSet(section, name));
  if (other !== undefined) {
    section.refuse(other, 'cannot be set together with "keys", where each key has its own algorithm and use.');
  }
  const { algorithm } = entries.find(({ use }) => use === 'sign') ?? entries[0];
  const decodeAlgorithms = new Set<string>(entries.flatMap((key) => namesOf(key.algorithm)));
  return { settings: { algorithm, decodeAlgorithms, hasOwnKeys: true }, material: { entries } };
}

function refuseOtherKind(algorithm: JwtAlgorithm, section: OptionSection): void {
  const cure = isHmac(algorithm)
    ? "Set \"algorithm\" to that of the key, such as 'RS256' or 'EdDSA'."
    : 'That algorithm has a privateKey and a publicKey. Leave the secret out.';
  const other = (isHmac(algorithm) ? PAIR : ['secret']).find((name) => isOptionSet(section, name));
  if (other !== undefined) section.refuse(other, `is not for ${algorithm}. ${cure}`);
}

function refuseMissingKey(algorithm: JwtAlgorithm, section: OptionSection): never {
  const source =
    'If it comes from an environment variable, check that the variable is set. If it is set, it was read before the ' +
    'environment was loaded: use JwtExtendedModule.forRootAsync({ inject: [ConfigService], useFactory: … }).';
  if (!isHmac(algorithm)) {
    const alone = 'A service that only verifies needs "publicKey" alone.';
    return section.refuse('privateKey', `is missing, and ${algorithm} needs one. ${alone} ${source}`);
  }
  const { hashBytes } = ALGORITHMS[algorithm];
  const command = `node -p "require('crypto').randomBytes(${hashBytes}).toString('hex')"`;
  return section.refuse('secret', `is missing, and ${algorithm} needs one. Make one with ${command}. ${source}`);
}

/** One family, so that no key can be used for an algorithm of another kind. `algorithm` is always accepted. */
function settleDecodeAlgorithms(
  accepted: readonly JwtAlgorithm[],
  algorithm: JwtAlgorithm,
  section: OptionSection,
): ReadonlySet<string> {
  const families = new Set([...accepted, algorithm].map(familyOf));
  if (families.size > 1) {
    section.refuse(
      'decodeAlgorithms',
      `mixes ${[...families].join(' and ')} algorithms: a public key could then be used as an HMAC secret. Keep to the ` +
        `family of "algorithm" (${algorithm}), or set "keys", where each key has its own algorithm.`,
    );
  }
  return new Set([algorithm, ...accepted].flatMap((name) => [name, ...namesOf(name)]));
}

/** RS* and PS* count as one family: a plain RSA key is good for both. */
function familyOf(name: JwtAlgorithm): string {
  const { family } = ALGORITHMS[name];
  return family === 'rsa-pss' ? 'rsa' : family;
}
