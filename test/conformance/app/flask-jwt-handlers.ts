import { createHmac } from 'node:crypto';
import type { JwtExtendedOptions, JwtPayload, TokenExtractor } from 'nestjs-jwt-extended';
import type { FlaskJwtPreset, JwtAuthOptions } from 'nestjs-jwt-extended/auth';
import { noteCallback } from './trace.js';

/** A user of the recorded application. */
export interface User {
  readonly id: number | string;
  readonly username: string;
  readonly password: string;
}

const USERS: readonly User[] = [
  { id: 1, username: 'alice', password: 'pass1' },
  { id: 2, username: 'bob', password: 'pass2' },
  { id: 0, username: 'zero', password: 'pass0' },
  { id: 's-4', username: 'carol', password: 'pass4' },
];

/** The options that the handlers of a scenario change. */
export interface HandlerOptions {
  readonly module: Partial<JwtExtendedOptions>;
  readonly auth: Partial<JwtAuthOptions<User>>;
  /** Another log-in than that of the library. */
  readonly ownLogIn?: boolean;
}

/** The function of a scenario that reads tokens. `usual` is that of the preset. */
export function requestHandlerOf(
  handlers: readonly string[],
  usual: TokenExtractor,
  secret: string,
): TokenExtractor | undefined {
  const extract = handlers.includes('request_from_query') ? fromQuery : usual;
  if (handlers.includes('decode')) return exchange(extract, secret);
  return extract === usual ? undefined : extract;
}

/** The options for the handlers of a scenario, on top of those of every scenario. */
export function handlerOptions(handlers: readonly string[], preset: FlaskJwtPreset): HandlerOptions {
  const all: HandlerOptions[] = [
    { module: { userLookup: identify }, auth: {} },
    ...handlers.map((name) => {
      const handler = HANDLERS[name];
      if (handler === undefined) throw new Error(`The conformance app has no handler "${name}".`);
      return handler(preset);
    }),
  ];
  const auth = Object.assign({}, ...all.map((each) => each.auth)) as HandlerOptions['auth'];
  return {
    module: Object.assign({}, ...all.map(({ module }) => module)) as JwtExtendedOptions,
    auth: handlers.includes('encode') ? withEncoding(auth) : auth,
    ownLogIn: all.some(({ ownLogIn }) => ownLogIn),
  };
}

/** A token of the application's own instead of that of the library. */
function withEncoding(auth: HandlerOptions['auth']): HandlerOptions['auth'] {
  return {
    ...auth,
    response(tokens, user, request) {
      noteCallback('encode');
      const token = sign({ hello: user.id }, 'other-secret-of-32-bytes-or-more!!!');
      const own = { ...tokens, access_token: token, accessToken: token, refreshToken: undefined };
      return auth.response === undefined ? { access_token: token } : auth.response(own, user, request);
    },
  };
}

export function authenticate(username: string, password: string): User | null {
  noteCallback('authentication');
  if (username === 'dict' && password === 'user') return { id: 9 } as User;
  if (username === 'falsy' && password === 'user') return {} as User;
  return USERS.find((user) => user.username === username && user.password === password) ?? null;
}

function identify({ identity }: JwtPayload): User | null {
  noteCallback('identity');
  return USERS.find(({ id }) => id === identity) ?? null;
}

const HANDLERS: Readonly<Record<string, (preset: FlaskJwtPreset) => HandlerOptions>> = {
  error: (preset) => ({
    module: {
      errorResponses: {
        any(exception, request) {
          noteCallback('error');
          const { error, description, statusCode, headers } = preset.errorOf(exception, request);
          const text = `${error}. ${description}`;
          return {
            status: 418,
            body: { handler: 'error', error, description, status_code: statusCode, headers, text },
          };
        },
      },
    },
    auth: {},
  }),
  auth_response: () => ({
    module: {},
    auth: {
      response({ access_token: token }, { username }) {
        noteCallback('auth_response');
        return { mytoken: token, user: username };
      },
    },
  }),
  payload: () => ({ module: { additionalClaims: payloadOf((now) => ({ nbf: now, role: 'admin' })) }, auth: {} }),
  payload_without_nbf: () => ({
    module: { additionalClaims: payloadOf(() => ({})), encodeNotBefore: false },
    auth: {},
  }),
  headers: () => ({
    module: {
      additionalHeaders(user) {
        noteCallback('headers');
        return { kid: `key-${(user as User).id}` };
      },
    },
    auth: {},
  }),
  // `withEncoding()` adds it to the response.
  encode: () => ({ module: {}, auth: {} }),
  // The function of tokenLocation exchanges the token, so the claims of the new one are all that the module requires.
  decode: () => ({ module: { requiredClaims: [] }, auth: {} }),
  request_from_query: () => ({ module: {}, auth: {} }),
  auth_request: () => ({ module: {}, auth: {}, ownLogIn: true }),
  no_identity: () => ({ module: { userLookup: undefined }, auth: {} }),
  identity_none: () => ({ module: { userLookup: identity(() => null) }, auth: {} }),
  identity_falsy: () => ({ module: { userLookup: identity(() => ({})) }, auth: {} }),
  identity_payload: () => ({ module: { userLookup: identity(withoutDefaults) }, auth: {} }),
};

function identity(handler: (payload: JwtPayload) => object | null): (payload: JwtPayload) => object | null {
  return (payload) => {
    noteCallback('identity');
    return handler(payload);
  };
}

/** The claims of the token itself. */
function withoutDefaults({ type: _type, fresh: _fresh, jti: _jti, ...claims }: JwtPayload): object {
  return claims;
}

function payloadOf(further: (now: number) => object): (user: unknown) => object {
  return (user) => {
    noteCallback('payload');
    const now = Math.floor(Date.now() / 1000);
    return { iat: now, exp: now + 60, identity: (user as User).id, ...further(now) };
  };
}

function fromQuery(request: Parameters<TokenExtractor>[0]): string | null {
  noteCallback('request');
  return new URLSearchParams((request.url ?? '').split('?')[1]).get('jwt');
}

/** Takes a token of any form, and makes one of ours from it. */
function exchange(extract: TokenExtractor, secret: string): TokenExtractor {
  return (request) => {
    const token = extract(request) ?? null;
    if (token === null) return null;
    noteCallback('decode');
    return sign({ identity: 1, token }, secret);
  };
}

function sign(claims: object, secret: string): string {
  const [header, payload] = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signature = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url');
  return `${header}.${payload}.${signature}`;
}
