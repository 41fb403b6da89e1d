import { Controller, Get } from '@nestjs/common';
import { of } from 'rxjs';
import {
  JwtRequired,
  KeysUnavailableException,
  TokenService,
  type ErrorFormatCallback,
  type JwtErrorCode,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp, withJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  constructor(private readonly tokens: TokenService) {}

  @JwtRequired()
  @Get('required')
  required() {}

  @JwtRequired({ fresh: true })
  @Get('fresh')
  fresh() {}

  @JwtRequired({ scopes: 'orders:read' })
  @Get('scopes')
  scopes() {}

  @Get('service')
  service() {
    return this.tokens.verify('garbage');
  }

  @Get('keyless')
  keyless() {
    throw new KeysUnavailableException();
  }
}

const controllers = [RoutesController];

interface Failure {
  readonly path: string;
  readonly token?: string;
  readonly status: number;
  readonly phrase: string;
  readonly code: JwtErrorCode;
  readonly message: string;
}

const FAILURES: readonly Failure[] = [
  {
    path: '/required',
    status: 401,
    phrase: 'Unauthorized',
    code: 'JWT_MISSING',
    message: 'Missing Authorization Header',
  },
  {
    path: '/required',
    token: forge({ exp: 1 }),
    status: 401,
    phrase: 'Unauthorized',
    code: 'JWT_EXPIRED',
    message: 'Token has expired',
  },
  {
    path: '/required',
    token: 'garbage',
    status: 422,
    phrase: 'Unprocessable Entity',
    code: 'JWT_INVALID',
    message: 'Not enough segments',
  },
  {
    path: '/required',
    token: forge({ banned: true }),
    status: 400,
    phrase: 'Bad Request',
    code: 'JWT_CLAIMS_REJECTED',
    message: 'User claims verification failed',
  },
  {
    path: '/fresh',
    token: forge(),
    status: 401,
    phrase: 'Unauthorized',
    code: 'JWT_NOT_FRESH',
    message: 'Fresh token required',
  },
  {
    path: '/scopes',
    token: forge(),
    status: 403,
    phrase: 'Forbidden',
    code: 'JWT_INSUFFICIENT_SCOPE',
    message: 'Insufficient scope',
  },
  {
    path: '/service',
    status: 422,
    phrase: 'Unprocessable Entity',
    code: 'JWT_INVALID',
    message: 'Not enough segments',
  },
  {
    path: '/keyless',
    status: 503,
    phrase: 'Service Unavailable',
    code: 'JWT_KEYS_UNAVAILABLE',
    message: 'Token verification keys are unavailable',
  },
];

const verifyToken: JwtExtendedOptions['verifyToken'] = ({ banned }) => banned !== true;

describe.each(ADAPTERS)('errorFormat on %s', (adapter) => {
  describe("'flask', the default", () => {
    const app = useJwtApp(adapter, { options: { verifyToken }, controllers });

    it.each(FAILURES)('$code at $path', async ({ path, token, status, message }) => {
      const answer = await app.get(path, token);
      expect(answer).toEqual({ status, body: { msg: message } });
      expect(answer.header('Content-Type')).toMatch(/^application\/json/);
    });
  });

  describe("'nest'", () => {
    const app = useJwtApp(adapter, { options: { verifyToken, errorFormat: 'nest' }, controllers });

    it.each(FAILURES)('$code at $path', async ({ path, token, status, phrase, code, message }) => {
      const answer = await app.get(path, token);
      expect(answer).toEqual({ status, body: { statusCode: status, message, error: phrase, code } });
      expect(answer.header('Content-Type')).toMatch(/^application\/json/);
    });
  });

  describe("'problem' (RFC 9457)", () => {
    const app = useJwtApp(adapter, { options: { verifyToken, errorFormat: 'problem' }, controllers });

    it.each(FAILURES)('$code at $path', async ({ path, token, status, phrase, code, message }) => {
      const answer = await app.get(path, token);
      const document = { type: 'about:blank', title: phrase, status, detail: message, code };
      expect({ status: answer.status, body: parsed(answer.body) }).toEqual({ status, body: document });
      expect(answer.header('Content-Type')).toMatch(/^application\/problem\+json(?:;|$)/);
    });

    it('has the challenge and Retry-After as well', async () => {
      expect((await app.get('/required')).header('WWW-Authenticate')).toBe('Bearer');
      expect((await app.get('/keyless')).header('Retry-After')).toBe('1');
    });
  });

  describe.each<[string, (format: ErrorFormatCallback) => ErrorFormatCallback]>([
    ['at once', (format) => format],
    ['as a promise', (format) => async (error, request) => format(error, request)],
    ['as an Observable', (format) => (error, request) => of(format(error, request))],
  ])('a function that answers %s', (_when, wrap) => {
    const errorFormat = wrap((error, request) => ({ why: error.code, path: request?.url, text: error.message }));
    const app = useJwtApp(adapter, { options: { verifyToken, errorFormat }, controllers });

    it.each(FAILURES)('$code at $path', async ({ path, token, status, code, message }) => {
      expect(await app.get(path, token)).toEqual({ status, body: { why: code, path, text: message } });
    });

    it('leaves the header fields as they are', async () => {
      const challenge = (await app.get('/required', forge({ exp: 1 }))).header('WWW-Authenticate');
      expect(challenge).toBe('Bearer error="invalid_token", error_description="Token has expired"');
      expect((await app.get('/keyless')).header('Retry-After')).toBe('1');
    });
  });

  it('lets a function answer with a text', async () => {
    await withJwtApp(adapter, { options: { errorFormat: ({ code }) => code }, controllers }, async (app) => {
      expect(await app.get('/required')).toMatchObject({ status: 401, body: 'JWT_MISSING' });
    });
  });

  it.each<[string, ErrorFormatCallback]>([
    ['nothing', () => undefined],
    ['a function', () => () => 'body'],
    ['a value that JSON cannot hold', () => ({ big: 1n })],
    [
      'an error',
      () => {
        throw new Error('broken');
      },
    ],
  ])('answers 500 if a function returns or throws %s', async (_what, errorFormat) => {
    await withJwtApp(adapter, { options: { errorFormat }, controllers }, async (app) => {
      expect(await app.get('/required')).toMatchObject({ status: 500 });
      expect(await app.get('/service')).toMatchObject({ status: 500 });
    });
  });

  it.each<JwtExtendedOptions['errorFormat']>(['nest', 'problem', () => 'format'])(
    'of %p loses against errorResponses',
    async (errorFormat) => {
      const errorResponses = { unauthorized: () => ({ status: 418, body: { own: true } }) };
      await withJwtApp(adapter, { options: { errorFormat, errorResponses }, controllers }, async (app) => {
        const answer = await app.get('/required');
        expect(answer).toEqual({ status: 418, body: { own: true } });
        expect(answer.header('Content-Type')).toMatch(/^application\/json/);
        expect((await app.get('/required', 'garbage')).body).not.toEqual({ msg: 'Not enough segments' });
      });
    },
  );

  it('keeps errorMessageKey for the shape of Flask', async () => {
    const options = { errorFormat: 'flask', errorMessageKey: 'reason' } as const;
    await withJwtApp(adapter, { options, controllers }, async (app) => {
      expect((await app.get('/required')).body).toEqual({ reason: 'Missing Authorization Header' });
    });
  });
});

/** The client of the tests parses `application/json` only. */
function parsed(body: unknown): unknown {
  return typeof body === 'string' ? JSON.parse(body) : body;
}
