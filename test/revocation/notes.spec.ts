import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { MemoryRevocationStore, type TokenPair } from 'nestjs-jwt-extended';
import { RevocationStore, type LookUp, type OpenOutcome } from 'nestjs-jwt-extended/store';
import { ADAPTERS } from '../support/adapters.js';
import { useTestClock } from '../support/clock.js';
import { forge } from '../support/forge.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { REVOKED, storeCalls, useSessionApp } from '../support/session-app.js';
import { claimOf, sidOf } from '../support/session-tokens.js';
import { errorOf } from '../support/token-service.js';

const NOTE = 'support/42: phone was stolen';
const LET_IN = { status: 200 };

describe.each(ADAPTERS)('A note on %s', (adapter) => {
  const clock = useTestClock();
  const app = useSessionApp(adapter, {
    accessTokenExpires: '15m',
    refreshTokenExpires: '1h',
    rotation: { adopt: true },
  });
  const calls = storeCalls(app.store);
  const ended = () => app.tokens.listSessions('alice', { ended: true });
  const noteOfPair = (pair: TokenPair, note = NOTE) =>
    expect.objectContaining({ sid: sidOf(pair), note, endedAt: Date.now(), createdAt: expect.any(Number) as number });
  beforeEach(() => clock.advance(86_400));
  afterEach(() => jest.clearAllMocks());

  it('of a session is listed with the session, only if the caller asks for it', async () => {
    const pair = await app.tokens.createTokenPair('alice', { device: 'Firefox' });
    const other = await app.logIn();
    await app.tokens.revokeSession(sidOf(pair), { note: NOTE });
    expect(await app.tokens.listSessions('alice')).toEqual([expect.objectContaining({ sid: sidOf(other) })]);
    expect(await app.tokens.listSessions('alice', { ended: false })).toHaveLength(1);
    const [live, revoked, ...rest] = await ended();
    expect(rest).toEqual([]);
    expect(live).toEqual((await app.tokens.listSessions('alice'))[0]);
    const now = Date.now();
    const times = { createdAt: now, lastUsedAt: now, expiresAt: now + 3_600_000, endedAt: now };
    expect(revoked).toEqual({ sid: sidOf(pair), device: 'Firefox', note: NOTE, ...times });
  });

  it('leaves the session as ended as one without a note', async () => {
    for (const revoke of [
      (pair: TokenPair) => app.tokens.revokeSession(sidOf(pair), { note: NOTE }),
      (pair: TokenPair) => app.tokens.revoke(pair.refreshToken, { note: NOTE }),
      () => app.tokens.revokeAllFor('alice', { note: NOTE }),
    ]) {
      clock.advance(86_400);
      const pair = await app.refresh(await app.logIn());
      app.takeEvents();
      await revoke(pair);
      await app.expectOver(pair);
      expect(
        await errorOf(() => app.tokens.createAccessToken('alice', { session: pair.refreshToken })),
      ).toBeUndefined();
      expect(await errorOf(() => app.tokens.createRefreshToken('alice', { session: sidOf(pair) }))).toMatchObject({
        code: 'JWT_REVOKED',
      });
      expect(await ended()).toEqual([noteOfPair(pair)]);
      expect(JSON.stringify(app.takeEvents())).not.toContain('stolen');
    }
  });

  it('of an access token is listed with the id of the token', async () => {
    const pair = await app.logIn();
    await app.tokens.revoke(pair.accessToken, { note: NOTE });
    expect(await app.get('/me', pair.accessToken)).toEqual(REVOKED);
    await app.refresh(pair);
    const [, denied, ...rest] = await ended();
    expect(rest).toEqual([]);
    expect(denied).toEqual({ jti: claimOf(pair.accessToken, 'jti'), endedAt: Date.now(), note: NOTE });
  });

  it('of all sessions is stored with each of them', async () => {
    const [one, two, kept] = [await app.logIn(), await app.logIn(), await app.logIn()];
    const bob = await app.logIn('bob');
    await app.tokens.revokeAllFor('alice', { exceptSession: sidOf(kept), note: 'password changed' });
    const [live, ...revoked] = await ended();
    expect(live).toMatchObject({ sid: sidOf(kept) });
    expect(revoked).toHaveLength(2);
    for (const pair of [one, two]) expect(revoked).toContainEqual(noteOfPair(pair, 'password changed'));
    expect(await app.get('/me', bob.accessToken)).toMatchObject(LET_IN);
    expect(await app.tokens.listSessions('bob', { ended: true })).toHaveLength(1);
  });

  it('is stored with an adopted token and its session', async () => {
    const old = forge({ type: 'refresh' });
    const pair = await app.refresh(old);
    await app.tokens.revoke(old, { note: NOTE });
    await app.expectOver(pair);
    const jti = claimOf(old, 'jti');
    expect(await ended()).toEqual(expect.arrayContaining([noteOfPair(pair), { jti, endedAt: Date.now(), note: NOTE }]));
  });

  it('is gone when the session or the token would have expired', async () => {
    const pair = await app.logIn();
    await app.tokens.revoke(pair.accessToken, { note: 'token' });
    await app.tokens.revokeSession(sidOf(pair), { note: 'session' });
    const notes = async () => (await ended()).map(({ note }) => note).sort();
    clock.advance(14 * 60);
    expect(await notes()).toEqual(['session', 'token']);
    clock.advance(3 * 60);
    expect(await notes()).toEqual(['session']);
    clock.advance(42 * 60);
    expect(await notes()).toEqual(['session']);
    clock.advance(2 * 60);
    expect(await notes()).toEqual([]);
  });

  it('stays the one that the session was ended with', async () => {
    const pair = await app.logIn();
    await app.tokens.revokeSession(sidOf(pair), { note: 'first' });
    await app.tokens.revoke(pair.refreshToken, { note: 'second' });
    await app.tokens.revokeAllFor('alice', { note: 'third' });
    expect(await ended()).toEqual([noteOfPair(pair, 'first')]);
  });

  it('has at most 256 characters, and is refused before the store is called', async () => {
    const pair = await app.logIn();
    jest.clearAllMocks();
    for (const note of [`secret${'x'.repeat(251)}`, 7, null, {}, ['secret']] as string[]) {
      for (const revoke of [
        () => app.tokens.revoke(pair.accessToken, { note }),
        () => app.tokens.revokeSession(sidOf(pair), { note }),
        () => app.tokens.revokeAllFor('alice', { note }),
      ]) {
        const error = await errorOf(revoke);
        expect(error).toBeInstanceOf(TypeError);
        expect(error?.message).toContain('"note"');
        expect(error?.message).not.toContain('secret');
      }
    }
    expect(calls()).toEqual([]);
    await app.tokens.revokeSession(sidOf(pair), { note: 'x'.repeat(256) });
    expect(await ended()).toEqual([noteOfPair(pair, 'x'.repeat(256))]);
  });
});

/** A store of an application that was written before stores could keep notes. */
class StoreWithoutNotes extends RevocationStore {
  private readonly inner = new MemoryRevocationStore();

  now = () => this.inner.now();
  lookUp = (...args: Parameters<RevocationStore['lookUp']>): LookUp => this.inner.lookUp(...args);
  openSession = (...args: Parameters<RevocationStore['openSession']>): OpenOutcome => this.inner.openSession(...args);
  present = (...args: Parameters<RevocationStore['present']>) => this.inner.present(...args);
  listSessions = (subject: string) => this.inner.listSessions(subject);
  endSessions = (...args: Parameters<RevocationStore['endSessions']>) => this.inner.endSessions(...args);

  endSession(...args: [subject: string, sid: string, deadline: number]): boolean {
    if (args.length !== 3) throw new Error('The store got another argument.');
    return this.inner.endSession(...args);
  }

  deny(...args: [subject: string, jti: string, lifetime: number | null, deadline: number]): boolean {
    if (args.length !== 4) throw new Error('The store got another argument.');
    return this.inner.deny(...args);
  }
}

describe.each(ADAPTERS)('A store that keeps no notes on %s', (adapter) => {
  const app = useSessionApp(adapter, {}, new StoreWithoutNotes());

  it('works without notes', async () => {
    const [one, two] = [await app.logIn(), await app.logIn()];
    await app.tokens.revoke(one.accessToken);
    await app.tokens.revokeSession(sidOf(two));
    expect(await app.get('/me', one.accessToken)).toEqual(REVOKED);
    await app.expectOver(two);
    expect(await app.tokens.listSessions('alice', { ended: true })).toEqual([
      expect.objectContaining({ sid: sidOf(one) }),
    ]);
    await app.tokens.revokeAllFor('alice');
    await app.expectOver(one);
  });

  it('refuses a note before it revokes anything', async () => {
    const pair = await app.logIn();
    for (const revoke of [
      () => app.tokens.revoke(pair.accessToken, { note: NOTE }),
      () => app.tokens.revokeSession(sidOf(pair), { note: NOTE }),
      () => app.tokens.revokeAllFor('alice', { note: NOTE }),
    ]) {
      expect(await errorOf(revoke)).toMatchObject({
        name: 'TypeError',
        message: expect.stringContaining('keeps no notes'),
      });
    }
    expect(await app.get('/me', pair.accessToken)).toMatchObject(LET_IN);
  });
});

describe.each(ADAPTERS)('A store that fails on %s', (adapter) => {
  const app = useSessionApp(adapter);
  afterEach(() => {
    jest.restoreAllMocks();
    Logger.overrideLogger(false);
  });

  it('answers 503 for a list that is no list of notes', async () => {
    const entry = { session: null, jti: 'a', note: 'b', createdAt: 1 };
    const wrong = [null, {}, [null], [{}], [{ ...entry, jti: null }], [{ ...entry, note: 1 }]];
    const pages = wrong.map((entries) => ({ entries, next: null }));
    for (const answer of [null, [], {}, { entries: [] }, { entries: [], next: 1 }, ...pages]) {
      jest.spyOn(app.store, 'listNotedPage').mockReturnValue(answer as never);
      const error = await errorOf(() => app.tokens.listSessions('alice', { ended: true }));
      expect(error).toMatchObject({ code: 'JWT_REVOCATION_UNAVAILABLE' });
    }
    jest.spyOn(app.store, 'listNotedPage').mockReturnValue({ entries: [entry], next: null });
    expect(await app.tokens.listSessions('alice', { ended: true })).toEqual([{ jti: 'a', endedAt: 1, note: 'b' }]);
  });

  it('puts no note into a log or an error', async () => {
    const logger = new RecordingLogger();
    Logger.overrideLogger(logger);
    const pair = await app.logIn();
    for (const method of ['endSession', 'endSessions', 'deny'] as const) {
      jest.spyOn(app.store, method).mockImplementation((...args: unknown[]) => {
        throw new Error(`The server is down: ${JSON.stringify(args)}`);
      });
    }
    for (const revoke of [
      () => app.tokens.revoke(pair.accessToken, { note: NOTE }),
      () => app.tokens.revokeSession(sidOf(pair), { note: NOTE }),
      () => app.tokens.revokeAllFor('alice', { note: NOTE }),
    ]) {
      const error = await errorOf(revoke);
      expect(error).toMatchObject({ code: 'JWT_REVOCATION_UNAVAILABLE' });
      expect(inspect(error)).not.toContain('stolen');
      expect((error?.cause as Error).message).toContain('The server is down');
    }
    expect(logger.errors.join()).not.toBe('');
    expect([...logger.errors, ...logger.warnings, JSON.stringify(app.takeEvents())].join()).not.toContain('stolen');
  });
});
