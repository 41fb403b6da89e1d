import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { concat, EMPTY, Observable, of, throwError, timer } from 'rxjs';
import type { RefreshReuseEvent } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { useTestClock } from '../support/clock.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { REVOKED, useSessionApp } from '../support/session-app.js';
import { claimOf, sidOf } from '../support/session-tokens.js';
import { until } from '../support/until.js';

const clock = useTestClock();
let reported: RefreshReuseEvent[] = [];
let answer: () => unknown = () => undefined;
let log: RecordingLogger;

describe.each(ADAPTERS)('A reuse on %s', (adapter) => {
  const app = useSessionApp(adapter, {
    rotation: {
      onReuse: (event) => {
        reported.push(event);
        return answer();
      },
    },
  });
  beforeEach(() => {
    reported = [];
    answer = () => undefined;
    log = new RecordingLogger();
    Logger.overrideLogger(log);
  });
  afterAll(() => Logger.overrideLogger(false));

  const reuse = async () => {
    const first = await app.logIn();
    const second = await app.refresh(first);
    clock.advance(11);
    return { first, second, answer: await app.tryToRefresh(first) };
  };

  it('calls onReuse once, with the session, the identity and the token', async () => {
    const { first, second } = await reuse();
    await app.tryToRefresh(first);
    await app.expectOver(second);
    const event = {
      type: 'refresh-reused',
      sid: sidOf(first),
      identity: 'alice',
      jti: claimOf(first.refreshToken, 'jti'),
    };
    expect(reported).toEqual([event]);
    expect(app.takeEvents().filter(({ type }) => type === 'refresh-reused')).toEqual([event]);
  });

  it('calls onReuse also on a route that only checks the token', async () => {
    const first = await app.logIn();
    await app.refresh(first);
    clock.advance(11);
    expect(await app.get('/refresh-only', first.refreshToken)).toEqual(REVOKED);
    expect(reported).toMatchObject([{ sid: sidOf(first) }]);
  });

  it('calls onReuse also if the application calls rotate() without the guard', async () => {
    const first = await app.logIn();
    await app.refresh(first);
    clock.advance(11);
    await expect(app.tokens.rotate(first.refreshToken)).rejects.toMatchObject({ code: 'JWT_REVOKED' });
    expect(reported).toMatchObject([{ sid: sidOf(first) }]);
  });

  it.each<[string, () => unknown]>([
    ['throws', failing],
    ['rejects', () => Promise.reject(new Error('no mail'))],
    ['returns an Observable that fails', () => throwError(() => new Error('no mail'))],
    [
      'returns an Observable that fails after a value',
      () =>
        concat(
          of(1),
          throwError(() => new Error('no mail')),
        ),
    ],
    ['returns a promise of such an Observable', async () => throwError(() => new Error('no mail'))],
    ['rejects later', () => new Promise((_, reject) => setTimeout(() => reject(new Error('no mail')), 5))],
  ])('gets 401 if onReuse %s, and the log has the error', async (_how, how) => {
    answer = how;
    const { second, answer: answered } = await reuse();
    expect(answered).toEqual(REVOKED);
    await app.expectOver(second);
    await until(() => log.errors.length > 0);
    expect(log.errors).toEqual([expect.stringContaining('rotation.onReuse failed: Error: no mail')]);
  });

  it.each<[string, (sent: Observable<unknown>) => unknown]>([
    ['an Observable', (sent) => sent],
    ['a promise of an Observable', async (sent) => sent],
  ])('runs %s that onReuse returns until it completes', async (_how, as) => {
    let mails = 0;
    const send = new Observable((subscriber) => {
      mails++;
      subscriber.complete();
    });
    answer = () => as(concat(send, timer(1), EMPTY, send));
    await reuse();
    await until(() => mails === 2);
    expect(log.errors).toEqual([]);
  });

  it('gets its answer without waiting for onReuse', async () => {
    answer = () => new Promise(() => {});
    expect((await reuse()).answer).toEqual(REVOKED);
  });

  it('is not reported for a token that is ended or repeated within grace', async () => {
    const first = await app.logIn();
    await app.refresh(first);
    await app.refresh(first);
    await app.tokens.revokeSession(sidOf(first));
    await app.tryToRefresh(first);
    expect(reported).toEqual([]);
  });
});

describe.each(ADAPTERS)('The events of the sessions on %s', (adapter) => {
  const app = useSessionApp(adapter);

  it('report each log-in, rotation and end', async () => {
    const pair = await app.logIn();
    const sid = sidOf(pair);
    await app.refresh(pair);
    await app.refresh(pair);
    await app.tokens.revoke(pair.accessToken);
    await app.tokens.revokeSession(sid);
    await app.tokens.revokeAllFor('alice');
    expect(app.takeEvents()).toEqual([
      { type: 'session-opened', sid, identity: 'alice' },
      { type: 'refresh-rotated', sid, identity: 'alice' },
      { type: 'refresh-repeated', sid, identity: 'alice', jti: claimOf(pair.refreshToken, 'jti') },
      { type: 'session-ended', sid },
      { type: 'all-revoked', identity: 'alice' },
    ]);
  });

  it('report when the store fails and when it works again', async () => {
    const { accessToken } = await app.logIn();
    app.takeEvents();
    const cause = new Error('no connection');
    const lookUp = jest.spyOn(app.store, 'lookUp').mockRejectedValue(cause);
    await app.get('/me', accessToken);
    await app.get('/me', accessToken);
    lookUp.mockRestore();
    await app.get('/me', accessToken);
    expect(app.takeEvents()).toEqual([{ type: 'store-unavailable', cause }, { type: 'store-available' }]);
  });
});

function failing(): never {
  throw new Error('no mail');
}
