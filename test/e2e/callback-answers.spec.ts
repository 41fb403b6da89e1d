import { jest } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { EMPTY, NEVER, Observable, of, Subject, Subscription, throwError, timer } from 'rxjs';
import { map } from 'rxjs/operators';
import { CurrentUser, JwtRequired, RevokedTokenException, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge, OTHER_SECRET, readToken, SECRET } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';
import { RecordingLogger } from '../support/recording-logger.js';

type Callback = 'decodeKey' | 'isTokenRevoked' | 'verifyToken' | 'userLookup' | 'allow';
type CreationCallback = 'userIdentity' | 'additionalClaims' | 'additionalHeaders' | 'encodeKey';

/** The answers of the callbacks in the present test. */
let answers: Partial<Record<Callback | CreationCallback | 'unauthorized', () => unknown>> = {};
const answerOf = (name: keyof typeof answers, otherwise: unknown) => () =>
  answers[name] ? answers[name]() : otherwise;

const OPTIONS = {
  decodeKey: answerOf('decodeKey', SECRET),
  isTokenRevoked: answerOf('isTokenRevoked', false),
  verifyToken: answerOf('verifyToken', true),
  userLookup: answerOf('userLookup', { id: 'alice' }),
  encodeKey: answerOf('encodeKey', SECRET),
  userIdentity: (identity: unknown) => answerOf('userIdentity', identity)(),
  additionalClaims: answerOf('additionalClaims', null),
  additionalHeaders: answerOf('additionalHeaders', null),
  errorResponses: { unauthorized: answerOf('unauthorized', { status: 401, body: {} }) },
} as JwtExtendedOptions;

let served = 0;

@Controller()
class UserController {
  @JwtRequired({ allow: () => answerOf('allow', true)() as boolean })
  @Get('user')
  user(@CurrentUser() user: unknown) {
    served++;
    return { user };
  }
}

/** An Observable of another library, or of another copy of rxjs. Only the well-known symbol identifies it. */
function foreignObservable(value: unknown): unknown {
  const key = (Symbol as { observable?: symbol }).observable ?? '@@observable';
  const subscribe = (observer: { next(value: unknown): void; complete(): void }) => {
    observer.next(value);
    observer.complete();
    return { unsubscribe: () => undefined };
  };
  return { [key]: () => ({ subscribe, [key]: () => undefined }) };
}

/** The ways to answer one value. */
const WAYS: [way: string, answer: (value: unknown) => unknown][] = [
  ['itself', (value) => value],
  ['a promise', async (value) => value],
  [
    'a thenable',
    (value) => ({ then: (resolve: (value: unknown) => void) => void setTimeout(() => resolve(value), 1) }),
  ],
  ['an Observable', (value) => of(value)],
  ['a late Observable', (value) => timer(1).pipe(map(() => value))],
  ['an Observable of several values', (value) => of(value, true, 'later')],
  ['an Observable that goes on', (value) => new Observable((subscriber) => subscriber.next(value))],
  ['an Observable of another library', foreignObservable],
  ['a promise of an Observable', async (value) => of(value)],
  ['an Observable of a promise', (value) => of(Promise.resolve(value))],
  ['an Observable of an Observable', (value) => of(of(value))],
];

describe.each(ADAPTERS)('what a callback answers on %s', (adapter) => {
  const logger = new RecordingLogger();
  const app = useJwtApp(adapter, {
    options: OPTIONS,
    controllers: [UserController],
    prepare: (nest) => nest.useLogger(logger),
  });
  beforeEach(() => {
    served = 0;
    logger.errors.length = 0;
  });
  afterEach(() => {
    answers = {};
  });

  function statusWhile(present: typeof answers): Promise<number> {
    answers = present;
    return app.get('/user', forge()).then(({ status }) => status);
  }

  describe.each(WAYS)('as %s', (_way, as) => {
    it.each<[Callback, passes: unknown, refuses: unknown, status: number]>([
      ['decodeKey', SECRET, OTHER_SECRET, 422],
      ['decodeKey', SECRET, null, 422],
      ['isTokenRevoked', false, true, 401],
      ['verifyToken', true, false, 400],
      ['verifyToken', 'yes', 0, 400],
      ['userLookup', { id: 'bob' }, null, 401],
      ['userLookup', false, undefined, 401],
      ['allow', true, false, 403],
      ['allow', true, 'yes', 403],
    ])('%s counts: %p passes, %p refuses', async (name, passes, refuses, status) => {
      expect(await statusWhile({ [name]: () => as(passes) })).toBe(200);
      expect(await statusWhile({ [name]: () => as(refuses) })).toBe(status);
      expect(served).toBe(1);
    });

    it('a user is the value', async () => {
      answers = { userLookup: () => as({ id: 'bob' }) };
      expect(await app.get('/user', forge())).toEqual({ status: 200, body: { user: { id: 'bob' } } });
    });

    it('callbacks of new tokens count', async () => {
      answers = {
        userIdentity: () => as('bob'),
        additionalClaims: () => as({ role: 'admin' }),
        additionalHeaders: () => as({ tenant: 'acme' }),
        encodeKey: () => as({ key: OTHER_SECRET, kid: 'other' }),
      };
      const { claims, header } = readToken(await app.tokens.createAccessToken({ id: 7 }));
      expect(claims).toMatchObject({ sub: 'bob', role: 'admin' });
      expect(header).toMatchObject({ tenant: 'acme', kid: 'other' });
    });

    it('a response to an error counts', async () => {
      answers = { unauthorized: () => as({ status: 418, body: { own: true } }) };
      expect(await app.get('/user')).toEqual({ status: 418, body: { own: true } });
    });
  });

  /** Each value could be taken for a yes, a user or "not revoked". */
  const NO_ANSWERS: [what: string, answer: () => unknown, named: string][] = [
    ['a function', () => () => false, 'a function'],
    ['a class', () => class User {}, 'a function'],
    ['a Symbol', () => Symbol('yes'), 'a Symbol'],
    ['a Subscription', () => new Subscription(), 'a Subscription'],
    ['the Subscription of subscribe()', () => of(false).subscribe(), 'a Subscription'],
    ['a generator', () => (function* generator() {})(), 'an iterator'],
    ['an async generator', () => (async function* generator() {})(), 'an iterator'],
    ['an iterator of a list', () => [false].values(), 'an iterator'],
    ['an iterator without a prototype', () => ({ next: () => ({ done: true, value: false }) }), 'an iterator'],
    ['an Error that is not thrown', () => new Error('no access'), 'an Error'],
    ['one of our exceptions that is not thrown', () => new RevokedTokenException(), 'an Error'],
  ];

  describe.each<Callback>(['isTokenRevoked', 'verifyToken', 'userLookup', 'allow'])('%s', (name) => {
    it.each(NO_ANSWERS)('that answers %s is a 500 that names it', async (_what, answer, named) => {
      for (const as of [(value: unknown) => value, async (value: unknown) => value, (value: unknown) => of(value)]) {
        expect(await statusWhile({ [name]: () => as(answer()) })).toBe(500);
        expect(logger.errors.at(-1)).toContain(name);
        expect(logger.errors.at(-1)).toContain(named);
      }
      expect(served).toBe(0);
    });
  });

  it.each([undefined, null, 0, '', NaN, 0n])('isTokenRevoked that returns %p accepts the token', async (no) => {
    for (const answer of [() => no, async () => no, () => of(no)]) {
      expect(await statusWhile({ isTokenRevoked: answer })).toBe(200);
    }
    expect(served).toBe(3);
  });

  it.each([
    ['an empty list', []],
    ['a response of fetch()', new Response(null, { status: 403 })],
    ['an object', { allowed: false }],
    ['a Boolean object', Object(false)],
    ['a Map', new Map()],
  ])('verifyToken and allow that answer %s are a 500: no object is a yes', async (_what, object) => {
    for (const name of ['verifyToken', 'allow']) {
      for (const answer of [() => object, async () => object, () => of(object)]) {
        expect(await statusWhile({ [name]: answer })).toBe(500);
        expect(logger.errors.at(-1)).toMatch(new RegExp(`^${name}.* must return true or false`));
      }
    }
    expect(served).toBe(0);
  });

  describe.each<Callback | 'unauthorized'>([
    'decodeKey',
    'isTokenRevoked',
    'verifyToken',
    'userLookup',
    'allow',
    'unauthorized',
  ])('%s', (name) => {
    const send = (answer: () => unknown) => {
      answers = { [name]: answer };
      return app.get('/user', name === 'unauthorized' ? undefined : forge());
    };

    it('with an Observable that completes without a value is a 500 that names it', async () => {
      for (const answer of [() => EMPTY, async () => EMPTY]) {
        expect(await send(answer)).toMatchObject({ status: 500 });
        expect(logger.errors.at(-1)).toContain(name);
        expect(logger.errors.at(-1)).toContain('returned an Observable that completed without a value');
      }
      const completed = new Subject();
      completed.complete();
      expect(await send(() => completed)).toMatchObject({ status: 500 });
      expect(served).toBe(0);
    });

    it('with an Observable that fails is the error', async () => {
      expect(await send(() => throwError(() => new Error('the database is down')))).toMatchObject({ status: 500 });
      expect(logger.errors.at(-1)).toContain('the database is down');
      expect(served).toBe(0);
    });

    it('with an Observable that fails with one of our exceptions refuses', async () => {
      if (name === 'unauthorized') return;
      expect(await send(() => throwError(() => new RevokedTokenException('gone')))).toEqual({
        status: 401,
        body: { msg: 'gone' },
      });
    });

    it('with an Observable that never emits is a 500 after ten seconds', async () => {
      let closed = false;
      const silent = new Observable(() => () => {
        closed = true;
      });
      jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
      try {
        let subscribed = false;
        const answer = send(() => {
          subscribed = true;
          return silent;
        });
        while (!subscribed) await new Promise((resolve) => setImmediate(resolve));
        jest.advanceTimersByTime(9_999);
        await new Promise((resolve) => setImmediate(resolve));
        expect(closed).toBe(false);
        jest.advanceTimersByTime(1);
        expect(await answer).toMatchObject({ status: 500 });
        expect(logger.errors.at(-1)).toContain('returned an Observable that emitted nothing for 10 seconds');
        expect(closed).toBe(true);
      } finally {
        jest.useRealTimers();
      }
    });
  });

  it('a callback of new tokens with an Observable without a value is a TypeError that names it', async () => {
    for (const name of ['userIdentity', 'additionalClaims', 'additionalHeaders', 'encodeKey'] as const) {
      answers = { [name]: () => EMPTY };
      await expect(app.tokens.createAccessToken('alice')).rejects.toThrow(`${name} returned an Observable`);
      for (const wrong of [() => undefined, Symbol('no'), (function* generator() {})(), NEVER.subscribe()]) {
        answers = { [name]: () => of(wrong) };
        await expect(app.tokens.createAccessToken('alice')).rejects.toThrow(TypeError);
      }
    }
  });
});
