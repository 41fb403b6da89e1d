import { ConflictException, Controller, Get } from '@nestjs/common';
import {
  InsufficientScopeException,
  JwtRequired,
  KeysUnavailableException,
  RevocationUnavailableException,
  type ErrorResponse,
  type ErrorResponseName,
  type JwtExtendedException,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
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
    let asked = 0;
    const app = useJwtApp(adapter, {
      options: { errorMessageKey: 'error', errorResponses: { unauthorized: () => (asked++, response) } },
      controllers,
    });
    const answerWith = (given: ErrorResponse) => {
      response = given;
      return app.get('/required');
    };

    it.each([200, 204, 399, 500, 599])('the status may be %d', async (status) => {
      expect(await answerWith({ status, body: '' })).toEqual({ status, body: '' });
    });

    it('are asked once per refusal, and never for an error that is not the library’s', async () => {
      asked = 0;
      await answerWith({ status: 403, body: {} });
      expect(asked).toBe(1);
      expect(await app.get('/conflict')).toMatchObject({ status: 409 });
      expect(asked).toBe(1);
    });

    it('a 401 keeps its challenge', async () => {
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
});
