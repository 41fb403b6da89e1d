import type { TokenService } from '../token.service.js';
import type { TokenLocation } from '../types/token-location.js';
import { claimVariants, lacks, type ClaimSources, type Lacking } from './claim-variants.js';
import type { JwtTesting } from './jwt-testing.js';
import { formsOf, withOtherSignature } from './test-tokens.js';

/** A kind of request that an operation must refuse. */
export type BadToken =
  | 'no token'
  | 'malformed'
  | 'forged'
  | 'unsigned'
  | 'expired'
  | 'revoked'
  | 'wrong type'
  | 'not fresh'
  | 'without scope'
  | 'without role'
  | 'without double submit value';

/**
 * A request that an operation must refuse.
 *
 * @internal
 */
export interface BadRequest {
  readonly kind: BadToken;
  readonly headers: Readonly<Record<string, string>>;
  /** What is added to the path. */
  readonly query: string;
  readonly body: object;
}

/**
 * An operation, and what its bad tokens are made with.
 *
 * @internal
 */
export interface BadTokenSources extends ClaimSources {
  /** The HTTP method, in upper case. */
  readonly method: string;
  readonly jwt: JwtTesting;
  readonly tokens: TokenService;
  /** The user of the tokens. */
  readonly identity: unknown;
}

/** How a bad token differs from one that the operation accepts. */
interface Changes {
  readonly claims?: object;
  readonly lacking?: Lacking;
  readonly fresh?: boolean;
  readonly isRefresh?: boolean;
}

interface Kind {
  readonly kind: BadToken;
  readonly when: (sources: BadTokenSources) => boolean;
  /** `null`: without a token. */
  readonly token: (sources: BadTokenSources) => Promise<string | null>;
}

const always = () => true;

const KINDS: readonly Kind[] = [
  { kind: 'no token', when: ({ requirement }) => !requirement.optional, token: () => Promise.resolve(null) },
  { kind: 'malformed', when: always, token: () => Promise.resolve('not.a.token') },
  {
    kind: 'forged',
    when: always,
    token: async (sources) => withOtherSignature(await create(sources)),
  },
  {
    kind: 'unsigned',
    when: always,
    // RFC 8725 s.3.1: a verifier must not take the algorithm from the token.
    token: async (sources) => {
      const [, payload = ''] = (await create(sources)).split('.');
      return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`;
    },
  },
  { kind: 'expired', when: always, token: (sources) => create(sources, { claims: sources.jwt.expiredClaims() }) },
  {
    kind: 'revoked',
    when: ({ requirement, settings }) => settings.revocation !== null && !requirement.skipRevocationCheck,
    token: async (sources) => {
      const token = await create(sources);
      await sources.tokens.revoke(token);
      return token;
    },
  },
  {
    kind: 'wrong type',
    when: ({ requirement }) => requirement.verifyType,
    token: (sources) => create(sources, { isRefresh: !sources.requirement.refresh }),
  },
  {
    kind: 'not fresh',
    when: ({ requirement }) => requirement.fresh,
    token: (sources) => create(sources, { fresh: false }),
  },
  {
    kind: 'without scope',
    when: ({ requirement: { scopes, anyScope } }) => scopes.length + anyScope.length > 0,
    token: (sources) => create(sources, { lacking: 'scope' }),
  },
  {
    kind: 'without role',
    when: ({ requirement }) => requirement.roles.length > 0,
    token: (sources) => create(sources, { lacking: 'role' }),
  },
];

/**
 * Every request that an operation must refuse, by what it requires.
 *
 * @internal
 */
export async function badRequestsFor(sources: BadTokenSources): Promise<BadRequest[]> {
  const { requirement, settings } = sources;
  // A function of the application can read a token anywhere, so no token is put there.
  const locations = (requirement.locations ?? settings.tokenLocation).filter((each) => typeof each === 'string');
  const requests: BadRequest[] = [];
  for (const { kind, when, token } of KINDS) {
    if (!when(sources)) continue;
    const made = await token(sources);
    if (made === null) requests.push({ kind, headers: {}, query: '', body: {} });
    else requests.push(...locations.map((location) => requestWith(kind, made, location, sources)));
  }
  if (!locations.includes('cookies') || settings.csrf?.methods.has(sources.method) !== true) return requests;
  const { headers, ...rest } = requestWith('without double submit value', await create(sources), 'cookies', sources);
  return [...requests, { ...rest, headers: { cookie: headers.cookie ?? '' } }];
}

function requestWith(kind: BadToken, token: string, location: TokenLocation, sources: BadTokenSources): BadRequest {
  const { requirement, settings } = sources;
  const empty = { kind, headers: {}, query: '', body: {} };
  if (location === 'json') {
    const key = requirement.refresh ? settings.json.refreshKey : settings.json.accessKey;
    return { ...empty, body: { [key]: token } };
  }
  if (location === 'query_string') {
    const { name, valuePrefix } = settings.queryString;
    return { ...empty, query: `?${new URLSearchParams({ [name]: valuePrefix + token }).toString()}` };
  }
  const forms = formsOf(token, requirement.refresh ? 'refresh' : 'access', settings, location === 'cookies');
  return { ...empty, headers: forms.headers };
}

/** A token with everything that the operation requires, apart from the changes. */
async function create(sources: BadTokenSources, changes: Changes = {}): Promise<string> {
  const { lacking } = changes;
  let firstError: Error | null = null;
  for (const claims of claimVariants(sources, lacking)) {
    try {
      const token = await createWith({ ...claims, ...changes.claims }, sources, changes);
      const { payload } = sources.tokens.decodeUnverified(token);
      if (lacking === undefined || lacks(payload ?? {}, sources, lacking)) return token;
    } catch (error) {
      firstError ??= error as Error;
      // Only a schema accepts one variant and refuses another.
      if (sources.settings.claims === null) break;
    }
  }
  throw firstError ?? new TypeError(`every new token has the ${lacking} that the operation requires.`);
}

function createWith(claims: object, sources: BadTokenSources, { isRefresh, fresh }: Changes): Promise<string> {
  const { requirement, tokens, identity } = sources;
  if (isRefresh ?? requirement.refresh) return tokens.createRefreshToken(identity, { claims });
  return tokens.createAccessToken(identity, { claims, fresh: fresh ?? requirement.fresh });
}
