import { jest } from '@jest/globals';
import { EMPTY, NEVER, of, throwError } from 'rxjs';
import type { TokenPair } from 'nestjs-jwt-extended';
import type { LookUp, RevocationStore } from 'nestjs-jwt-extended/store';
import { ADAPTERS } from '../support/adapters.js';
import { storeCalls, UNAVAILABLE, useSessionApp, type SessionApp } from '../support/session-app.js';
import { sidOf } from '../support/session-tokens.js';
import { waitingFor } from '../support/timing.js';
import { until } from '../support/until.js';

type Method = Exclude<keyof RevocationStore, 'watchProblem' | 'lookUpsAtOnce' | 'keepsNotes'>;
type Behaviour = () => unknown;

/** In milliseconds. On a busy machine a process can pause for longer than 100 ms. */
const TIMEOUT = 300;
const LET_IN = { status: 200 };

/** The method of the store that each request needs. */
const REQUESTS: readonly [method: string, path: string, token: keyof TokenPair | null, needs: Method][] = [
  ['GET', '/me', 'accessToken', 'lookUp'],
  ['GET', '/optional', 'accessToken', 'lookUp'],
  ['GET', '/refresh-only', 'refreshToken', 'lookUp'],
  ['POST', '/login?user=alice', null, 'openSession'],
  ['POST', '/refresh', 'refreshToken', 'present'],
  ['DELETE', '/logout', 'accessToken', 'deny'],
  ['DELETE', '/logout', 'refreshToken', 'endSession'],
];

const throwing = (): never => {
  throw new Error('no connection');
};

/** The faults of a store. */
const FAILURES: readonly [name: string, Behaviour][] = [
  ['throws', throwing],
  [
    'throws what is no error',
    (): never => {
      throw undefined as unknown as Error;
    },
  ],
  ['rejects', () => Promise.reject(new Error('no connection'))],
  ['rejects with nothing', () => Promise.reject(undefined)],
  ['hangs', () => new Promise(() => {})],
  ['answers too late', () => new Promise((resolve) => setTimeout(resolve, TIMEOUT * 2))],
  ['returns an Observable without a value', () => EMPTY],
  ['returns an Observable that never emits', () => NEVER],
  ['returns an Observable that fails', () => throwError(() => new Error('no connection'))],
  ['throws one of our exceptions’ look-alikes', () => Promise.reject(Object.assign(new Error('no'), { status: 200 }))],
];

/** Values that are not the answer of any method. */
const GARBAGE: readonly unknown[] = [
  undefined,
  null,
  7,
  '',
  'OK',
  [],
  {},
  { outcome: 'fine' },
  { session: {} },
  NaN,
  Symbol('x'),
];

const nothingKnown: LookUp = { session: null, denied: false, cutOff: null };

/** Incomplete look-ups. */
const HALF_LOOK_UPS: readonly object[] = [
  { session: null },
  { denied: false },
  { denied: false, cutOff: null },
  { session: null, denied: false },
  { session: null, cutOff: null },
  { ...nothingKnown, denied: 0 },
  { ...nothingKnown, denied: null },
  { ...nothingKnown, cutOff: undefined },
  { ...nothingKnown, cutOff: '0' },
  { ...nothingKnown, cutOff: NaN },
  { ...nothingKnown, session: undefined },
  { ...nothingKnown, session: true },
  { ...nothingKnown, session: {} },
  { ...nothingKnown, session: { sid: 'x' } },
];

const HALF_OUTCOMES: readonly object[] = [
  { outcome: 'rotated' },
  { outcome: 'repeated', session: null },
  { outcome: 'current', session: {} },
  { outcome: 'opened', session: { sid: 'x' } },
  { outcome: 'constructor', session: null },
  { outcome: ['rotated'] },
];

/** The methods with an answer, except those for the start. */
const ANSWERING = [
  'now',
  'lookUp',
  'openSession',
  'present',
  'endSession',
  'endSessions',
  'deny',
  'listSessions',
  'listSessionPage',
  'listNoted',
  'listNotedPage',
] as const;

describe.each(ADAPTERS)('A store whose methods return Observables on %s', (adapter) => {
  const app = useSessionApp(adapter);
  beforeEach(() => {
    for (const method of ANSWERING) {
      const work = app.store[method].bind(app.store) as (...args: unknown[]) => unknown;
      jest.spyOn(app.store, method).mockImplementation(((...args: unknown[]) => of(work(...args))) as never);
    }
  });
  afterEach(() => jest.restoreAllMocks());

  it('works like every other store', async () => {
    const first = await app.logIn();
    const second = await app.refresh(first);
    expect(await app.get('/me', second.accessToken)).toMatchObject(LET_IN);
    expect(await app.tokens.listSessions('alice')).toHaveLength(1);
    await app.tokens.revoke(second.accessToken);
    expect((await app.get('/me', second.accessToken)).status).toBe(401);
    await app.tokens.revokeSession(sidOf(second));
    expect((await app.tryToRefresh(second)).status).toBe(401);
    const third = await app.logIn();
    await app.tokens.revokeAllFor('alice');
    expect((await app.get('/me', third.accessToken)).status).toBe(401);
  });
});

describe.each(ADAPTERS)('A store on %s', (adapter) => {
  const app = useSessionApp(adapter, { revocation: { timeout: '300ms' } });
  let pair: TokenPair;
  beforeEach(async () => {
    jest.restoreAllMocks();
    pair = await app.logIn();
  });
  const breakDown = (method: Method, behaviour: Behaviour) =>
    jest.spyOn(app.store, method).mockImplementation(behaviour as never);
  const send = ([method, path, token]: (typeof REQUESTS)[number]) =>
    app.send(method, path, token === null ? {} : { token: pair[token] });

  describe.each(REQUESTS)('for %s %s with %s', (...request) => {
    const [, , , needs] = request;
    const expectUnavailable = async () => {
      const { result: answer, milliseconds } = await waitingFor(() => send(request));
      expect(milliseconds).toBeLessThan(TIMEOUT + 250);
      expect(answer).toEqual(UNAVAILABLE);
      expect(answer.header('retry-after')).toBe('1');
    };

    it.each(FAILURES)(`whose ${needs} %s causes a 503`, async (_how, behaviour) => {
      breakDown(needs, behaviour);
      await expectUnavailable();
      jest.restoreAllMocks();
      await until(async () => (await send(request)).status < 300);
    });

    it(`whose ${needs} returns garbage causes a 503`, async () => {
      for (const garbage of [...GARBAGE, ...HALF_LOOK_UPS, ...HALF_OUTCOMES].filter(
        (answer) => !isAnswer(needs, answer),
      )) {
        for (const answer of [garbage, Promise.resolve(garbage), of(garbage)]) {
          breakDown(needs, () => answer);
          await expectUnavailable();
        }
      }
    });

    it('whose clock fails causes a 503 if the request writes', async () => {
      if (needs === 'lookUp') return;
      for (const behaviour of [throwing, () => new Promise(() => {}), () => NaN, () => '0']) {
        breakDown('now', behaviour);
        await loseClock(app);
        await expectUnavailable();
      }
    });
  });

  it('that returns the record of another session causes a refusal, and the library signs no token', async () => {
    for (const { refreshToken } of [await app.logIn(), await app.logIn('bob')]) {
      const sid = sidOf(refreshToken);
      const { session } = await app.store.lookUp({ subject: sid.split('.')[0] as string, sid, jti: null });
      breakDown('lookUp', () => ({ ...nothingKnown, session }));
      for (const path of ['/me', '/optional']) {
        expect((await app.get(path, pair.accessToken)).status).toBeGreaterThan(400);
      }
      jest.restoreAllMocks();
      breakDown('present', () => ({ outcome: 'rotated', session }));
      breakDown('openSession', () => ({ outcome: 'opened', session }));
      expect((await app.tryToRefresh(pair)).status).toBeGreaterThan(400);
      expect((await app.send('POST', '/login?user=alice')).status).toBeGreaterThan(400);
      jest.restoreAllMocks();
    }
  });

  it('that returns "late" to every write causes a 503', async () => {
    breakDown('present', () => ({ outcome: 'late' }));
    breakDown('openSession', () => Promise.resolve({ outcome: 'late' }));
    for (const method of ['deny', 'endSession', 'endSessions'] as const) breakDown(method, () => false);
    for (const request of REQUESTS.filter(([, , , needs]) => needs !== 'lookUp')) {
      expect(await send(request)).toEqual(UNAVAILABLE);
    }
    await expect(app.tokens.revokeAllFor('alice')).rejects.toMatchObject({ code: 'JWT_REVOCATION_UNAVAILABLE' });
  });

  it('that fails in listSessionPage or endSessions causes a RevocationUnavailableException', async () => {
    for (const behaviour of [throwing, () => null, () => 'garbage', () => [{}], () => new Promise(() => {})]) {
      breakDown('listSessionPage', behaviour);
      breakDown('endSessions', behaviour);
      await expect(app.tokens.listSessions('alice')).rejects.toMatchObject({ code: 'JWT_REVOCATION_UNAVAILABLE' });
      await expect(app.tokens.revokeAllFor('alice')).rejects.toMatchObject({ code: 'JWT_REVOCATION_UNAVAILABLE' });
    }
  });

  it('that fails does not delay a request without a token', async () => {
    for (const method of ['lookUp', 'present', 'now'] as const) breakDown(method, () => new Promise(() => {}));
    const calls = storeCalls(app.store);
    expect(await app.get('/optional')).toMatchObject(LET_IN);
    expect(await app.get('/unchecked', pair.accessToken)).toMatchObject(LET_IN);
    expect((await app.get('/me')).status).toBe(401);
    expect(calls()).toEqual([]);
  });
});

/** Whether the value is a valid answer of that method. */
function isAnswer(method: Method, answer: unknown): boolean {
  return (method === 'deny' || method === 'endSession') && typeof answer === 'boolean';
}

/** Fails once, so that the library reads the clock of the store again. */
async function loseClock(app: SessionApp): Promise<void> {
  const lookUp = jest.spyOn(app.store, 'lookUp').mockImplementation(throwing);
  await app.get('/me', await app.tokens.createAccessToken('alice'));
  lookUp.mockRestore();
}
