import { MissingTokenException, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { errorAnswers, isErrorAnswer } from './error-answers.js';
import type { RevokedTokens } from './revoked-tokens.js';
import { noteCallback } from './trace.js';

/** The data for the callbacks of a scenario. */
export interface CallbackFacts {
  readonly identityClaim: string;
  readonly secret: string;
  readonly revoked: RevokedTokens;
}

type Callbacks = Partial<JwtExtendedOptions>;

const USERS = new Map<unknown, object>([['1', { id: 1, name: 'alice' }]]);

const TENANT_SECRETS = new Map<unknown, string>([
  ['acme', 'tenant-acme-secret-that-is-32-bytes-long'],
  ['globex', 'tenant-globex-secret-that-is-32-bytes-lo'],
]);

/** An answer that a callback may return in Python, but not by our types. */
const untyped = <T>(value: unknown): T => value as T;

/** Records each call of the callback. */
function noting<Given extends unknown[], Answer>(name: string, callback: (...args: Given) => Answer) {
  return (...args: Given): Answer => {
    noteCallback(name);
    return callback(...args);
  };
}

const userLookup = (answer: NonNullable<JwtExtendedOptions['userLookup']>): Callbacks => ({
  userLookup: noting('user_lookup', answer),
});
const additionalClaims = (answer: (identity: unknown) => object | null): Callbacks => ({
  additionalClaims: noting('additional_claims', answer),
});
const additionalHeaders = (answer: () => object | null): Callbacks => ({
  additionalHeaders: noting('additional_headers', answer),
});
const tokenVerification = (answer: NonNullable<JwtExtendedOptions['verifyToken']>): Callbacks => ({
  verifyToken: noting('token_verification', answer),
});
const blocklist = (answer: NonNullable<JwtExtendedOptions['isTokenRevoked']>): Callbacks => ({
  isTokenRevoked: noting('blocklist', answer),
});
const decodeKey = (answer: NonNullable<JwtExtendedOptions['decodeKey']>): Callbacks => ({
  decodeKey: noting('decode_key', answer),
});

const raise = (error: Error): never => {
  throw error;
};

/** The callbacks of the recorded application, by their names in the scenarios. */
const CALLBACKS: Readonly<Record<string, (facts: CallbackFacts) => Callbacks>> = {
  user_identity: () => ({
    userIdentity: noting('user_identity', (identity: unknown) => {
      const isRecord = typeof identity === 'object' && identity !== null && 'id' in identity;
      return isRecord ? String(identity.id) : identity;
    }),
  }),
  user_lookup: ({ identityClaim }) => userLookup((payload) => USERS.get(payload[identityClaim]) ?? null),
  user_lookup_falsy: () => userLookup(() => false),
  user_lookup_args: () => userLookup((payload, header) => ({ header, payload_keys: Object.keys(payload).sort() })),
  additional_claims: () =>
    additionalClaims((identity) => ({ from_loader: true, shared: 'loader', seen_identity: identity })),
  additional_claims_type: () => additionalClaims(() => ({ type: 'refresh', sub: 'overridden' })),
  additional_claims_rich: () =>
    additionalClaims(() => ({
      date: new Date('2022-08-12').toISOString(),
      moment: new Date('2022-08-12T01:02:03Z').toISOString(),
      uuid: '12345678-1234-4234-8234-123456789abc',
      decimal: '1.50',
      nbf: new Date('2001-09-09T01:46:40Z'),
      exp: new Date('2100-01-01'),
    })),
  additional_claims_unserialisable: () => additionalClaims(() => ({ x: 1n })),
  additional_claims_null: () => additionalClaims(() => null),
  additional_headers: () => additionalHeaders(() => ({ from_loader: 'yes', shared: 'loader' })),
  additional_headers_null: () => additionalHeaders(() => null),
  token_verification: () => tokenVerification((payload) => !payload.banned),
  token_verification_null: () => tokenVerification(() => null),
  blocklist: ({ revoked }) => blocklist((payload) => revoked.has(payload.jti)),
  blocklist_truthy: () => blocklist(() => untyped('revoked')),
  blocklist_raises: () => blocklist(() => raise(new Error('blocklist store is down'))),
  blocklist_raises_no_auth: () => blocklist(() => raise(new MissingTokenException('blocklist says no'))),
  encode_key: ({ secret }) => ({
    encodeKey: noting('encode_key', (identity: unknown) => {
      const hasTenant = typeof identity === 'object' && identity !== null && 'tenant' in identity;
      return TENANT_SECRETS.get(hasTenant ? identity.tenant : null) ?? secret;
    }),
  }),
  decode_key: ({ secret }) =>
    decodeKey((_header, unverifiedPayload) => TENANT_SECRETS.get(unverifiedPayload.tenant) ?? secret),
  decode_key_kid: ({ secret }) => decodeKey((header) => TENANT_SECRETS.get(header.kid) ?? secret),
  decode_key_null: () => decodeKey(() => null),
  decode_key_raises: () => decodeKey(() => raise(new MissingTokenException('no key for this token'))),
  implicit_refresh: () => ({ implicitRefresh: { within: '30m' } }),
  // Nest has no templates, so /template prints the current user itself.
  context_processor: () => ({}),
};

/** The options for the callbacks of a scenario. */
export function callbackOptions(names: readonly string[], facts: CallbackFacts): Callbacks {
  const options: Callbacks = { errorResponses: errorAnswers(names) };
  for (const name of names) {
    if (isErrorAnswer(name)) continue;
    const callbacks = CALLBACKS[name];
    if (!callbacks) throw new Error(`The conformance app has no callback "${name}".`);
    Object.assign(options, callbacks(facts));
  }
  return options;
}
