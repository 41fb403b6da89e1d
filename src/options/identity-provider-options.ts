import { conceal } from '../types/concealed.js';
import { ALGORITHMS, isAlgorithm, isHmac, namesOf, type JwtAlgorithm } from '../types/algorithms.js';
import type { Awaitable } from '../types/awaitable.js';
import type { CallbackAnswer } from '../types/callback-answer.js';
import { callbackWith } from './callback-reader.js';
import type { Duration } from './duration.js';
import { readOptions, type OptionSection, type ReadersOf, type ValuesOf } from './option-section.js';
import { addressProblem, withoutSecrets } from './provider-address.js';
import {
  count,
  flag,
  lifetime,
  list,
  milliseconds,
  optional,
  positiveMilliseconds,
  text,
  timeLimit,
} from './readers.js';
import { show } from './shown-value.js';
import { memberOf } from '../types/members.js';

/** An identity provider whose tokens are accepted: Auth0, Keycloak, Cognito, Entra, or a service with `JwksModule`. */
export interface IdentityProviderOptions {
  /**
   * The exact `iss` of the provider's tokens. Without `uri` it must be an https address: the provider's configuration is
   * read from `/.well-known/openid-configuration` below it (OpenID Connect Discovery 1.0).
   *
   * @example issuer: 'https://example.eu.auth0.com/'
   */
  issuer?: string | undefined;
  /**
   * The address of the provider's keys, a JWK Set (RFC 7517 s.5).
   * @default the address in the provider's configuration
   */
  uri?: string | undefined;
  /**
   * The accepted values of `aud`, of which a token must have one; `false`: no check. Without this option a warning is logged
   * at the start: tokens for other applications are accepted too.
   */
  audience?: string | readonly string[] | false | undefined;
  /**
   * The accepted algorithms. HMAC is refused: a public key would be the secret.
   * @default RS*, PS*, ES256, ES384, ES512 and EdDSA (Ed25519)
   */
  algorithms?: readonly JwtAlgorithm[] | undefined;
  /**
   * How long a token is fresh after the log-in of its user: after `auth_time` (OpenID Connect Core s.2), which the provider must
   * put into its tokens. The provider's own claim `fresh` never counts.
   * @default false: its tokens are never fresh
   */
  freshFor?: Duration | false | undefined;
  /**
   * The time limit for fetching the keys.
   * @default '5s'
   */
  timeout?: Duration | undefined;
  /**
   * The shortest time between two fetches for an unknown `kid`.
   * @default '30s'
   */
  cooldown?: Duration | undefined;
  /**
   * The longest time between two fetches of the keys. A shorter `Cache-Control: max-age` wins.
   * @default '1h'
   */
  maxAge?: Duration | undefined;
  /**
   * How long the keys stay in use after that, while fetches fail.
   * @default '24h'
   */
  maxStale?: Duration | undefined;
  /**
   * The largest document that is read, in bytes.
   * @default 524288
   */
  maxBytes?: number | undefined;
  /**
   * Allow http addresses of other machines. Anyone on the network path can then replace the keys.
   * @default false
   */
  allowInsecure?: boolean | undefined;
  /**
   * The function that fetches, for a proxy or a certificate authority of your own.
   * @default Node's `fetch`
   */
  fetch?: ((...given: Parameters<typeof fetch>) => CallbackAnswer<Response>) | undefined;
}

/** ES256K is accepted only by name, because few providers use it. */
const USUAL_ALGORITHMS = (Object.keys(ALGORITHMS) as JwtAlgorithm[]).filter(
  (algorithm) => !isHmac(algorithm) && algorithm !== 'ES256K',
);

const PROVIDER = {
  /** `null`: any. */
  issuer: issuerOf,
  /** `null`: the address in the provider's configuration. */
  uri: optional(address),
  /** `null`: no check. */
  audience,
  algorithms,
  /** Seconds; `null`: never fresh. */
  freshFor: lifetime(false),
  /** This and the other times: milliseconds. */
  timeout: timeLimit('5s'),
  cooldown: positiveMilliseconds('30s'),
  maxAge: positiveMilliseconds('1h'),
  maxStale: milliseconds('24h'),
  maxBytes: count(524_288),
  allowInsecure: flag(false),
  /** `null`: Node's own. */
  fetch: (section, name) => callbackWith<ProviderFetch>(responseOf)(section, name) ?? null,
} satisfies ReadersOf<IdentityProviderOptions>;

/** @internal An identity provider, settled. */
export interface ProviderSettings extends ValuesOf<typeof PROVIDER> {
  /** Where it is in the options: `jwks`, or `jwks[1]`. */
  readonly path: string;
  /** Whether the option `audience` is set; `false` counts. */
  readonly isAudienceChosen: boolean;
}

/** @internal One identity provider, or a list. */
export function identityProviders(section: OptionSection, name: string): readonly ProviderSettings[] {
  const value = section.raw(name) ?? null;
  if (value === null) return Object.freeze([]);
  if (!Array.isArray(value)) return Object.freeze([readProvider(value, name)]);
  if (value.length === 0) section.refuse(name, 'is an empty list. Leave it out if there is no identity provider.');
  return Object.freeze(value.map((entry, index) => readProvider(entry, `${name}[${index}]`)));
}

function readProvider(value: unknown, path: string): ProviderSettings {
  const values = readOptions(value, PROVIDER, { path });
  const isAudienceChosen = memberOf(value as object, 'audience') !== undefined;
  // The address of its keys can have a secret in its query.
  return Object.freeze(conceal({ ...values, path, isAudienceChosen }, path));
}

/** The option `fetch` with checked answers. */
type ProviderFetch = (...given: Parameters<typeof fetch>) => Awaitable<Response>;

function responseOf(value: unknown, name: string): Response {
  const { status, headers } = (value ?? {}) as Partial<Response>;
  if (typeof status === 'number' && typeof headers?.get === 'function') return value as Response;
  throw new TypeError(`${name} must return a Response, as fetch() does.`);
}

function issuerOf(section: OptionSection, name: string): string | null {
  const hasUri = (section.raw('uri') ?? null) !== null;
  const issuer = optional(text(''))(section, name);
  if (hasUri) return issuer;
  if (issuer !== null) return address(section, name);
  return section.refuse(
    name,
    "is missing. Write the value that the identity provider's tokens have in 'iss'; its keys are found by it.",
  );
}

function address(section: OptionSection, name: string): string {
  const value = section.raw(name);
  const problem = addressProblem(value, flag(false)(section, 'allowInsecure'));
  if (problem === null) return value as string;
  const cure =
    name === 'issuer' ? ' If the issuer is not the address of its configuration, set "uri" to its keys.' : '';
  return section.refuse(name, `is ${show(withoutSecrets(value))}: it ${problem}${cure}`);
}

function audience(section: OptionSection, name: string): readonly string[] | null {
  const value = section.raw(name);
  if (value === undefined || value === false) return null;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > 0 && values.every((item) => typeof item === 'string' && item !== '')) {
    return Object.freeze([...values]) as readonly string[];
  }
  return section.refuse(name, `must be a text, a list of them, or false for tokens without one; it is ${show(value)}.`);
}

function algorithms(section: OptionSection, name: string): ReadonlySet<string> {
  const values = list(section, name) ?? USUAL_ALGORITHMS;
  const isAsymmetric = (value: unknown) => isAlgorithm(value) && !isHmac(value);
  if (values.length > 0 && values.every(isAsymmetric))
    return new Set((values as readonly JwtAlgorithm[]).flatMap(namesOf));
  return section.refuse(
    name,
    `must be a list of ${[...USUAL_ALGORITHMS, 'ES256K'].join(', ')}; it is ${show(values)}. ` +
      'With an HMAC algorithm, the public key would be the secret.',
  );
}
