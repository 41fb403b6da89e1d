import { ALGORITHMS, isAlgorithm, isHmac, type JwtAlgorithm } from '../types/algorithms.js';
import { OptionReader, show } from './option-reader.js';
import { addressProblem } from './provider-address.js';
import type { EncodeDecodeSettings, ProviderSettings } from './settings.js';

const FIELDS = [
  'issuer',
  'uri',
  'audience',
  'algorithms',
  'timeout',
  'cooldown',
  'maxAge',
  'maxStale',
  'maxBytes',
  'allowInsecure',
  'fetch',
];

/** What an application's own tokens may be verified with. */
const OWN_KEYS = ['secret', 'privateKey', 'publicKey', 'keys', 'decodeKey'];

/** All that have a key of their own; ES256K is taken where it is named. */
const USUAL_ALGORITHMS: readonly JwtAlgorithm[] = (Object.keys(ALGORITHMS) as JwtAlgorithm[]).filter(
  (algorithm) => !isHmac(algorithm) && algorithm !== 'ES256K',
);

/** The identity providers whose tokens are taken; none without the option `jwks`. */
export function resolveJwks(options: OptionReader, own: EncodeDecodeSettings<string>): readonly ProviderSettings[] {
  const given = options.raw('jwks') ?? null;
  if (given === null) return Object.freeze([]);
  const entries: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (entries.length === 0)
    options.refuse('jwks', 'is an empty list. Leave it out where there is no identity provider.');
  const providers = entries.map((entry, index) =>
    readProvider(entry, Array.isArray(given) ? `jwks[${index}]` : 'jwks'),
  );
  refuseAmbiguity(options, providers, own);
  return Object.freeze(providers);
}

function readProvider(given: unknown, path: string): ProviderSettings {
  const provider = new OptionReader(given, FIELDS, path);
  const allowInsecure = provider.flag('allowInsecure', false);
  const issuer = provider.raw('issuer') === undefined ? null : provider.text('issuer', '');
  const uri = readAddress(provider, 'uri', allowInsecure);
  if (uri === null && issuer === null) {
    provider.refuse(
      'issuer',
      "is missing. Name the identity provider as its tokens do in 'iss'; its keys are found by it.",
    );
  }
  if (uri === null) readAddress(provider, 'issuer', allowInsecure);
  return Object.freeze({
    path,
    issuer,
    uri,
    audience: readAudience(provider),
    isAudienceChosen: provider.raw('audience') !== undefined,
    algorithms: readAlgorithms(provider),
    timeout: milliseconds(provider, 'timeout', '5s'),
    cooldown: milliseconds(provider, 'cooldown', '30s'),
    maxAge: milliseconds(provider, 'maxAge', '1h'),
    maxStale: provider.duration('maxStale', '24h') * 1000,
    maxBytes: provider.integer('maxBytes', 524_288, 1),
    allowInsecure,
    fetch: provider.callback<typeof fetch>('fetch') ?? null,
  });
}

function readAddress(provider: OptionReader, name: 'uri' | 'issuer', allowInsecure: boolean): string | null {
  const address = provider.raw(name) ?? null;
  if (address === null) return null;
  const problem = addressProblem(address, allowInsecure);
  const cure = name === 'issuer' ? ' Where the issuer is no address of its own, name that of the keys in "uri".' : '';
  return problem === null ? (address as string) : provider.refuse(name, `is ${show(address)}: it ${problem}${cure}`);
}

function readAudience(provider: OptionReader): readonly string[] | null {
  const given = provider.raw('audience');
  if (given === undefined || given === false) return null;
  const values: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (values.length === 0 || !values.every((value) => typeof value === 'string' && value !== '')) {
    provider.refuse(
      'audience',
      `must be a text, a list of them, or false for tokens without one; it is ${show(given)}.`,
    );
  }
  return Object.freeze([...values]) as readonly string[];
}

function readAlgorithms(provider: OptionReader): ReadonlySet<string> {
  const names = provider.list('algorithms') ?? USUAL_ALGORITHMS;
  const isAsymmetric = (name: unknown) => isAlgorithm(name) && !isHmac(name);
  if (names.length === 0 || !names.every(isAsymmetric)) {
    provider.refuse(
      'algorithms',
      `must be a list of ${[...USUAL_ALGORITHMS, 'ES256K'].join(', ')}; it is ${show(names)}. ` +
        'With any other a public key would be the secret.',
    );
  }
  return new Set(names as readonly JwtAlgorithm[]);
}

function milliseconds(provider: OptionReader, name: string, fallback: string): number {
  const value = provider.duration(name, fallback) * 1000;
  return value > 0 ? value : provider.refuse(name, 'must be more than zero.');
}

/** Whose a token is has to follow from its `iss` alone. */
function refuseAmbiguity(
  options: OptionReader,
  providers: readonly ProviderSettings[],
  own: EncodeDecodeSettings<string>,
): void {
  const hasOwnKeys = OWN_KEYS.some((name) => (options.raw(name) ?? null) !== null);
  const nameless = providers.find(({ issuer }) => issuer === null);
  if (nameless !== undefined && (hasOwnKeys || providers.length > 1)) {
    options.refuse(
      `${nameless.path}.issuer`,
      "is missing. Beside other keys a provider needs one: a token's 'iss' says with whose keys it is verified.",
    );
  }
  const issuers = providers.map(({ issuer }) => issuer);
  const taken = issuers.find((issuer, index) => issuers.indexOf(issuer) !== index || isOwn(issuer, own));
  if (taken !== undefined) {
    options.refuse('jwks', `names the issuer ${show(taken)}, which is already that of another provider, or "issuer".`);
  }
}

function isOwn(issuer: string | null, { encode, decode }: EncodeDecodeSettings<string>): boolean {
  return issuer !== null && (encode === issuer || decode?.includes(issuer) === true);
}
