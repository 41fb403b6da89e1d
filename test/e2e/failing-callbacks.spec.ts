import { Controller, Get } from '@nestjs/common';
import {
  ExpiredTokenException,
  InvalidTokenException,
  JwtRequired,
  MissingTokenException,
  RevokedTokenException,
  TokenVerificationException,
  UserLookupException,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge, SECRET } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

const handled: string[] = [];

@Controller()
class RoutesController {
  @JwtRequired()
  @Get('required')
  required() {
    handled.push('required');
  }

  @JwtRequired({ optional: true })
  @Get('optional')
  optional() {
    handled.push('optional');
  }
}

const CALLBACKS = ['decodeKey', 'isTokenRevoked', 'verifyToken', 'userLookup'] as const;

/** What the callbacks do in the present test; those left out do nothing of note. */
let doing: Partial<Record<(typeof CALLBACKS)[number], () => unknown>> = {};

const OPTIONS = {
  decodeKey: () => (doing.decodeKey ? doing.decodeKey() : SECRET),
  isTokenRevoked: () => (doing.isTokenRevoked ? doing.isTokenRevoked() : false),
  verifyToken: () => (doing.verifyToken ? doing.verifyToken() : true),
  userLookup: () => (doing.userLookup ? doing.userLookup() : 'Alice'),
} as JwtExtendedOptions;

/** Throws, and rejects. */
const failing = (thrown: unknown) => [
  () => {
    throw thrown;
  },
  () => Promise.reject(thrown),
];

/** What `await` takes for a promise, though its `then` answers nothing. */
const thenable = (value: unknown) => ({
  then(resolve: (value: unknown) => void) {
    setTimeout(() => resolve(value), 1);
  },
});

describe.each(ADAPTERS)('a callback on %s', (adapter) => {
  const app = useJwtApp(adapter, { options: OPTIONS, controllers: [RoutesController] });
  beforeEach(() => {
    handled.length = 0;
  });
  afterEach(() => {
    doing = {};
  });

  /** The one answer to a token on a required and on an optional route; no handler may run. */
  async function answerWhile(present: typeof doing) {
    doing = present;
    const [required, optional] = [await app.get('/required', forge()), await app.get('/optional', forge())];
    expect(handled).toEqual([]);
    expect(required).toEqual(optional);
    return required;
  }

  describe.each(CALLBACKS)('%s', (name) => {
    it('that throws an error of the application causes a 500', async () => {
      for (const fail of failing(new Error('the database is down'))) {
        const body = { statusCode: 500, message: 'Internal server error' };
        expect(await answerWhile({ [name]: fail })).toEqual({ status: 500, body });
      }
    });

    it('that throws another value than an error also causes a 500', async () => {
      for (const fail of [undefined, null, 'text', 0].flatMap(failing)) {
        expect(await answerWhile({ [name]: fail })).toMatchObject({ status: 500 });
      }
    });

    it('that throws a MissingTokenException refuses the request, which does not become anonymous', async () => {
      for (const fail of failing(new MissingTokenException('no tenant'))) {
        expect(await answerWhile({ [name]: fail })).toEqual({ status: 401, body: { msg: 'no tenant' } });
      }
    });

    it.each([
      [new RevokedTokenException(), 401, 'Token has been revoked'],
      [new ExpiredTokenException('too old'), 401, 'too old'],
      [new UserLookupException('who?'), 401, 'who?'],
      [new TokenVerificationException(), 400, 'User claims verification failed'],
      [new InvalidTokenException('wrong tenant'), 422, 'wrong tenant'],
    ])(
      'that throws an exception of the library causes the answer of this exception (%s)',
      async (exception, status, msg) => {
        for (const fail of failing(exception)) {
          expect(await answerWhile({ [name]: fail })).toEqual({ status, body: { msg } });
        }
      },
    );
  });

  it.each([
    ['isTokenRevoked', true, 401],
    ['verifyToken', false, 400],
    ['userLookup', null, 401],
    ['decodeKey', null, 422],
  ])('%s can return a thenable, which can be an object or a function', async (name, value, status) => {
    for (const answer of [thenable(value), Object.assign(() => undefined, thenable(value))]) {
      expect(await answerWhile({ [name]: () => answer })).toMatchObject({ status });
    }
  });

  it.each(['', 'short', 7, {}, '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----'])(
    'decodeKey that returns %j as a key causes a 500',
    async (key) => {
      expect(await answerWhile({ decodeKey: () => key })).toMatchObject({ status: 500 });
    },
  );
});
