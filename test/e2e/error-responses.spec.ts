import { ConflictException, Controller, Get } from '@nestjs/common';
import {
  InsufficientScopeException,
  JwtAuthenticator,
  JwtRequired,
  KeysUnavailableException,
  RevocationUnavailableException,
  TokenService,
  type ErrorResponse,
  type ErrorResponseName,
  type HttpRequest,
  type JwtExtendedException,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  constructor(
    private readonly tokens: TokenService,
    private readonly authenticated: JwtAuthenticator,
  ) {}

  @JwtRequired()
  @Get('required')
  required() {}

  @JwtRequired({ fresh: true })
  @Get('fresh')
  fresh() {}

  @Get('conflict')
  conflict() {
    throw new ConflictException();
  }

  @Get('thrown')
  thrown() {
    throw new RevocationUnavailableException();
  }

  @Get('scopes')
  scopes() {
    throw new InsufficientScopeException(undefined, { scopes: ['orders:read'] });
  }

  @Get('service')
  service() {
    return this.tokens.verify('garbage');
  }

  @Get('authenticator')
  authenticator() {
    return this.authenticated.authenticateToken('garbage');
  }

  @Get('keyless')
  keyless() {
    throw new KeysUnavailableException();
  }
}

const controllers = [RoutesController];

/** A request for each kind of failure, and the code of the exception behind it. */
const FAILURES: [ErrorResponseName, code: string, path: string, token: string | null][] = [
  ['unauthorized', 'JWT_MISSING', '/required', null],
  ['expiredToken', 'JWT_EXPIRED', '/required', forge({ exp: 1 })],
  ['invalidToken', 'JWT_INVALID', '/required', 'garbage'],
  ['invalidToken', 'JWT_WRONG_TYPE', '/required', forge({ type: 'refresh' })],
  ['needsFreshToken', 'JWT_NOT_FRESH', '/fresh', forge()],
  ['revokedToken', 'JWT_REVOKED', '/required', forge({ jti: 'revoked' })],
  ['tokenVerificationFailed', 'JWT_CLAIMS_REJECTED', '/required', forge({ banned: true })],
  ['userLookupError', 'JWT_USER_LOOKUP', '/required', forge({ sub: 'bob' })],
  ['insufficientScope', 'JWT_INSUFFICIENT_SCOPE', '/scopes', null],
  ['revocationUnavailable', 'JWT_REVOCATION_UNAVAILABLE', '/thrown', null],
  ['keysUnavailable', 'JWT_KEYS_UNAVAILABLE', '/keyless', null],
];

const CALLBACKS: JwtExtendedOptions = {
  isTokenRevoked: ({ jti }) => jti === 'revoked',
  verifyToken: ({ banned }) => banned !== true,
  userLookup: ({ sub }) => (sub === 'alice' ? 'Alice' : null),
};

const teapot = (name: string) => (error: JwtExtendedException) => ({
  status: 418,
  body: { name, code: error.code, message: error.message, sub: error.payload?.sub, alg: error.header?.alg },
  headers: { 'X-Teapot': name },
});

const NAMES = [...new Set(FAILURES.map(([name]) => name))];
const responses = (make: (name: string) => (error: JwtExtendedException) => unknown) =>
  Object.fromEntries(NAMES.map((name) => [name, make(name)])) as JwtExtendedOptions['errorResponses'];

describe.each(ADAPTERS)('errorResponses on %s', (adapter) => {
  describe.each([
    ['at once', responses(teapot)],
    ['later', responses((name) => async (error) => teapot(name)(error))],
  ])('answering %s', (_when, errorResponses) => {
    const app = useJwtApp(adapter, { options: { ...CALLBACKS, errorResponses }, controllers });

    it.each(FAILURES)('%s answers %s', async (name, code, path, token) => {
      const answer = await app.get(path, token ?? undefined);
      expect(answer).toMatchObject({ status: 418, body: { name, code, message: expect.any(String) } });
      expect(answer.header('X-Teapot')).toBe(name);
      expect(answer.header('WWW-Authenticate')).toBeUndefined();
    });

    it('get the claims and the header of a token that was read', async () => {
      expect(await app.get('/fresh', forge())).toMatchObject({ body: { sub: 'alice', alg: 'HS256' } });
      expect(await app.get('/required', forge({ exp: 1 }))).toMatchObject({ body: { sub: 'alice', alg: 'HS256' } });
      expect((await app.get('/required', 'garbage')).body).not.toHaveProperty('sub');
    });
  });

  describe('with status, body and headers of all kinds', () => {
    let response: ErrorResponse;
    let calls = 0;
    const app = useJwtApp(adapter, {
      options: { errorMessageKey: 'error', errorResponses: { unauthorized: () => (calls++, response) } },
      controllers,
    });
    const answerWith = (next: ErrorResponse) => {
      response = next;
      return app.get('/required');
    };

    it.each([200, 204, 399, 500, 599])('the status may be %d', async (status) => {
      expect(await answerWith({ status, body: '' })).toEqual({ status, body: '' });
    });

    it('run once per refusal, and never for an error of the application', async () => {
      calls = 0;
      await answerWith({ status: 403, body: {} });
      expect(calls).toBe(1);
      expect(await app.get('/conflict')).toMatchObject({ status: 409 });
      expect(calls).toBe(1);
    });

    it('a 401 has its challenge', async () => {
      const answer = await answerWith({ status: 401, body: { own: true }, headers: { 'X-Own': '1' } });
      expect(answer).toEqual({ status: 401, body: { own: true } });
      expect(answer.header('WWW-Authenticate')).toBe('Bearer');
      expect(answer.header('X-Own')).toBe('1');
    });

    it('a challenge of the response replaces it, in any case', async () => {
      const answer = await answerWith({ status: 401, body: {}, headers: { 'www-authenticate': 'Own realm="x"' } });
      expect(answer.header('WWW-Authenticate')).toBe('Own realm="x"');
    });

    it('another status has no challenge', async () => {
      const answer = await answerWith({ status: 403, body: { own: true } });
      expect(answer).toEqual({ status: 403, body: { own: true } });
      expect(answer.header('WWW-Authenticate')).toBeUndefined();
    });

    it('a string is sent unchanged, a list as JSON, undefined as an empty body', async () => {
      expect(await answerWith({ status: 400, body: 'plain text' })).toEqual({ status: 400, body: 'plain text' });
      expect(await answerWith({ status: 400, body: [1] })).toEqual({ status: 400, body: [1] });
      expect(await answerWith({ status: 400, body: '' })).toEqual({ status: 400, body: '' });
      for (const body of [null, undefined]) {
        // Express sends nothing, Fastify the JSON of it.
        expect(['', null]).toContain((await answerWith({ status: 400, body })).body);
      }
    });
  });

  describe.each([
    ['at once', (answer: ErrorResponse) => answer],
    ['later', async (answer: ErrorResponse) => answer],
  ])('with the request, answering %s', (_when, as) => {
    const TEXTS: Record<string, string> = { de: 'Bitte anmelden', en: 'Please log in' };
    const requests: (HttpRequest | undefined)[] = [];
    const inLanguage = (error: JwtExtendedException, request?: HttpRequest) => {
      requests.push(request);
      const language = String(request?.headers['accept-language'] ?? 'none');
      const body = { text: TEXTS[language] ?? language, code: error.code, url: request?.url };
      return as({ status: error.getStatus(), body });
    };
    const app = useJwtApp(adapter, {
      options: {
        ...CALLBACKS,
        errorResponses: { any: inLanguage, needsFreshToken: () => as({ status: 418, body: {} }) },
      },
      controllers,
    });
    const send = (path: string, language: string, token?: string) =>
      app.send('GET', path, { token, headers: [['Accept-Language', language]] });

    it.each(FAILURES.filter(([name]) => name !== 'needsFreshToken'))(
      'any answers %s (%s), which has no callback of its own',
      async (_name, code, path, token) => {
        for (const [language, text] of Object.entries(TEXTS)) {
          const { status, body } = await send(path, language, token ?? undefined);
          expect(status).toBeGreaterThan(399);
          expect(body).toEqual({ text, code, url: path });
        }
      },
    );

    it('a callback for the exception is used instead of any', async () => {
      expect(await send('/fresh', 'de', forge())).toEqual({ status: 418, body: {} });
    });

    it.each(['/service', '/authenticator'])(
      'the answer in a handler (%s) has the language of the request',
      async (path) => {
        requests.length = 0;
        expect(await send(path, 'de')).toEqual({
          status: 422,
          body: { text: 'Bitte anmelden', code: 'JWT_INVALID', url: path },
        });
        expect(requests.map((request) => request?.url)).toEqual([undefined, path]);
      },
    );

    it('is called without a request outside of one', async () => {
      const error: unknown = await app.tokens.verify('garbage').catch((thrown: unknown) => thrown);
      expect((error as JwtExtendedException).getResponse()).toEqual({ text: 'none', code: 'JWT_INVALID' });
    });

    it('is called once if the guard refuses', async () => {
      requests.length = 0;
      await send('/required', 'en');
      expect(requests).toHaveLength(1);
    });
  });
});
