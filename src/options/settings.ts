import type { ErrorSettings } from '../errors/error-responder.js';
import type { RefreshReuseEvent } from '../types/revocation-event.js';
import type { RevocationStore } from '../stores/revocation-store.js';
import type { JwtAlgorithm } from '../types/algorithms.js';
import type { TokenLocation } from '../types/requirement.js';
import type { JwtExtendedOptions } from './jwt-extended-options.js';

/** The options as everything below reads them: checked, with every default filled in, frozen. Durations in seconds. */
export interface Settings extends ErrorSettings, KeySettings {
  /** `null`: never. */
  readonly accessTokenExpires: number | null;
  /** `null`: never. */
  readonly refreshTokenExpires: number | null;
  readonly leeway: number;
  readonly issuer: EncodeDecodeSettings<string>;
  readonly audience: EncodeDecodeSettings<string | readonly string[]>;
  readonly encodeNotBefore: boolean;
  readonly verifySubject: boolean;
  readonly identityClaim: string;
  readonly requiredClaims: readonly string[];
  readonly maxTokenLength: number;
  /** `null`: off. */
  readonly cache: CacheSettings | null;
  readonly tokenLocations: readonly TokenLocation[];
  readonly header: HeaderSettings;
  readonly queryString: { readonly name: string; readonly valuePrefix: string };
  readonly json: { readonly accessKey: string; readonly refreshKey: string };
  readonly cookies: CookieSettings;
  readonly csrf: CsrfSettings | null;
  /** Seconds; `null`: off. */
  readonly implicitRefresh: { readonly within: number } | null;
  readonly revocation: RevocationSettings | null;
  readonly rotation: RotationSettings;
  readonly sessionClaim: string;
  readonly requireByDefault: boolean;
  readonly requestProperty: string | null;
  readonly callbacks: Callbacks;
  /** The identity providers whose tokens are taken. */
  readonly jwks: readonly ProviderSettings[];
}

/** An identity provider. Durations in milliseconds. */
export interface ProviderSettings {
  /** Where it stands among the options. */
  readonly path: string;
  /** `null`: whatever a token says. */
  readonly issuer: string | null;
  /** `null`: found by the issuer. */
  readonly uri: string | null;
  /** `null`: not looked at. */
  readonly audience: readonly string[] | null;
  readonly isAudienceChosen: boolean;
  readonly algorithms: ReadonlySet<string>;
  readonly timeout: number;
  readonly cooldown: number;
  readonly maxAge: number;
  readonly maxStale: number;
  readonly maxBytes: number;
  readonly allowInsecure: boolean;
  /** `null`: Node's own. */
  readonly fetch: typeof fetch | null;
}

/** What is known of the application's own keys. The keys themselves are not here: settings hold no secret. */
export interface KeySettings {
  /** Of new tokens. */
  readonly algorithm: JwtAlgorithm;
  readonly decodeAlgorithms: ReadonlySet<string>;
  readonly allowWeakSecret: boolean;
  /** `false`: tokens are verified with keys of identity providers only. */
  readonly hasOwnKeys: boolean;
}

/** How much of verified tokens is remembered. */
export interface CacheSettings {
  readonly maxTokens: number;
  readonly maxBytes: number;
}

/** What new tokens say (`null`: nothing), and what a token has to say (`null`: anything). */
export interface EncodeDecodeSettings<Encode> {
  readonly encode: Encode | null;
  readonly decode: readonly string[] | null;
}

export interface HeaderSettings {
  readonly name: string;
  /** The name in lower case, as Node has it. */
  readonly field: string;
  readonly type: string;
  readonly caseInsensitive: boolean;
}

export interface CookieSettings {
  readonly access: { readonly name: string; readonly path: string };
  readonly refresh: { readonly name: string; readonly path: string };
  readonly domain: string | null;
  readonly secure: boolean;
  readonly sameSite: 'lax' | 'strict' | 'none' | null;
  readonly session: boolean;
  readonly partitioned: boolean;
}

export interface CsrfNameSettings {
  readonly headerName: string;
  readonly fieldName: string;
  readonly cookieName: string;
  readonly cookiePath: string;
}

export interface CsrfSettings {
  readonly methods: ReadonlySet<string>;
  readonly inCookies: boolean;
  readonly checkForm: boolean;
  readonly access: CsrfNameSettings;
  readonly refresh: CsrfNameSettings;
}

export interface RevocationSettings {
  readonly store: RevocationStore;
  /** Milliseconds. */
  readonly timeout: number;
  readonly local: LocalCacheSettings | null;
}

export interface LocalCacheSettings {
  /** Milliseconds. */
  readonly staleness: number;
  readonly push: boolean;
  readonly maxEntries: number;
}

export interface RotationSettings {
  /** Milliseconds. */
  readonly grace: number;
  /** Milliseconds. */
  readonly maxAge: number | null;
  /** Seconds. */
  readonly idle: number | null;
  readonly maxPerUser: number | null;
  readonly adopt: boolean;
  readonly onReuse: ((event: RefreshReuseEvent) => unknown) | null;
}

/** The names of the options that are callbacks. */
export const CALLBACKS = [
  'userIdentity',
  'additionalClaims',
  'additionalHeaders',
  'encodeKey',
  'decodeKey',
  'isTokenRevoked',
  'verifyToken',
  'userLookup',
] as const;

export type Callbacks = Readonly<Pick<JwtExtendedOptions, (typeof CALLBACKS)[number]>>;
