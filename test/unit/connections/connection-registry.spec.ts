import { jest } from '@jest/globals';
import { MemoryRevocationStore, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import type { LookUp, LookUpQuery, StoreWatch } from '../../../src/stores/revocation-store.js';
import type { SettledRequirement } from '../../../src/types/requirement.js';
import { ConnectedApp } from '../../support/connected-app.js';
import { useFakeTime } from '../../support/fake-time.js';

const time = useFakeTime();

/** A store of another process: it answers late, counts the questions, and can fail. */
class DistantStore extends MemoryRevocationStore {
  readonly queries: LookUpQuery[] = [];
  state: 'up' | 'failing' | 'silent' = 'up';

  override lookUp(query: LookUpQuery): never {
    this.queries.push(query);
    if (this.state === 'failing') throw new Error('ECONNREFUSED');
    const answer = this.state === 'silent' ? new Promise<LookUp>(() => undefined) : this.later(query);
    return answer as never;
  }

  private async later(query: LookUpQuery): Promise<LookUp> {
    await time.after(1, null);
    return super.lookUp(query);
  }
}

/** A store that reports its changes. */
class ReportingStore extends DistantStore {
  override readonly watchProblem = null;
  report: (subject: string | null) => void = () => undefined;
  isConnected = true;
  watches = 0;
  closed = 0;

  override watch(onChange: (subject: string | null) => void): StoreWatch {
    if (!this.isConnected) throw new Error('no connection');
    this.watches++;
    this.report = onChange;
    const ping = () => (this.isConnected ? Promise.resolve() : Promise.reject(new Error('lost')));
    return { ping, close: () => void this.closed++ };
  }
}

describe('Live connections', () => {
  const apps: ConnectedApp[] = [];
  afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

  async function start(options: JwtExtendedOptions = {}): Promise<ConnectedApp> {
    const app = await ConnectedApp.start(options);
    apps.push(app);
    return app;
  }

  async function session(app: ConnectedApp, user = 'alice'): Promise<{ token: string; sid: string; refresh: string }> {
    const { accessToken, refreshToken } = await app.tokens.createTokenPair(user, { accessExpires: '30d' });
    const { payload } = await app.tokens.verify(accessToken);
    return { token: accessToken, sid: payload.sid as string, refresh: refreshToken };
  }

  describe('when the token expires', () => {
    it('end with the error of the guard, at the moment from which the guard refuses the token', async () => {
      const app = await start({ leeway: 5 });
      const token = await app.tokens.createAccessToken('alice', { expires: 60 });
      const connection = await app.open(token);
      const { payload } = await app.tokens.verify(token);
      await time.pass((payload.exp as number) * 1000 + 5000 - Date.now() - 1);
      await expect(app.check(token)).resolves.toBeDefined();
      expect(connection.code).toBeNull();
      await time.pass(2);
      await expect(app.check(token)).rejects.toMatchObject({ code: 'JWT_EXPIRED' });
      expect(connection.errors).toEqual([
        expect.objectContaining({ code: 'JWT_EXPIRED', message: 'Token has expired' }),
      ]);
      expect(app.registry.size).toBe(0);
    });

    it('end once each, in the order of their expiry', async () => {
      const app = await start();
      const ended: number[] = [];
      for (const expires of [50, 10, 40, 20, 30]) {
        const token = await app.tokens.createAccessToken('alice', { expires });
        await app.open(token, { end: () => void ended.push(expires) });
      }
      await time.pass(60_000);
      expect(ended).toEqual([10, 20, 30, 40, 50]);
    });

    it('do not end before, also after more days than a timer of Node can wait', async () => {
      const app = await start();
      const connection = await app.open(await app.tokens.createAccessToken('alice', { expires: '26d' }));
      const forever = await app.open(await app.tokens.createAccessToken('alice', { expires: false }));
      await time.pass(25 * 86_400_000);
      expect(connection.code).toBeNull();
      await time.pass(86_400_000 + 1_000);
      expect([connection.code, forever.code]).toEqual(['JWT_EXPIRED', null]);
    });

    it('end soon after they were registered, if it had expired meanwhile', async () => {
      const app = await start();
      const context = await app.check(await app.tokens.createAccessToken('alice', { expires: 1 }));
      await time.pass(2000);
      const connection = app.register(context);
      expect(connection.code).toBeNull();
      await time.pass(5);
      expect(connection.code).toBe('JWT_EXPIRED');
    });

    it('stay open with endOnExpiry: false', async () => {
      const app = await start({ connections: { endOnExpiry: false } });
      const connection = await app.open(await app.tokens.createAccessToken('alice', { expires: 1 }));
      await time.pass(60_000);
      expect(connection.code).toBeNull();
    });

    it('have one timer together, and none after the last one', async () => {
      const app = await start();
      const before = jest.getTimerCount();
      const open = await Promise.all(
        Array.from({ length: 1000 }, async (_, index) => {
          const token = await app.tokens.createAccessToken(`user-${index}`, { expires: 100 + (index % 7) });
          return app.open(token);
        }),
      );
      expect(jest.getTimerCount()).toBe(before + 1);
      for (const connection of open) {
        connection.remove();
        connection.remove();
      }
      expect(jest.getTimerCount()).toBe(before);
      expect(app.registry.size).toBe(0);
      await time.pass(200_000);
      expect(open.every(({ code }) => code === null)).toBe(true);
    });

    it('leave the other connections open if one end() throws', async () => {
      const app = await start();
      const token = await app.tokens.createAccessToken('alice', { expires: 1 });
      const fail = () => {
        throw new Error('broken socket');
      };
      await app.open(token, { end: fail });
      const other = await app.open(token);
      await time.pass(2000);
      expect(other.code).toBe('JWT_EXPIRED');
    });
  });

  describe('when another process reports what it has ended', () => {
    const closed = { cause: 'closed', except: null } as const;

    it('end, and the report is not passed on', async () => {
      const app = await start({ revocation: { store: new MemoryRevocationStore() } });
      const [one, two] = [await session(app), await session(app)];
      const open = [await app.open(one.token), await app.open(two.token)];
      const targets: unknown[] = [];
      app.registry.onEnded((target) => targets.push(target));
      app.registry.follow({ cause: 'revoked', sid: one.sid });
      expect(open.map(({ code }) => code)).toEqual(['JWT_REVOKED', null]);
      app.registry.follow({ ...closed, subject: two.sid.slice(0, 22) });
      expect(open.map(({ code }) => code)).toEqual(['JWT_REVOKED', 'JWT_REVOKED']);
      expect(targets).toEqual([]);
    });

    it('stay open after a revocation with endOnRevocation: false, and do not after a close', async () => {
      const app = await start({
        revocation: { store: new MemoryRevocationStore() },
        connections: { endOnRevocation: false },
      });
      const { token, sid } = await session(app);
      const connection = await app.open(token);
      app.registry.follow({ cause: 'revoked', sid });
      expect(connection.code).toBeNull();
      app.registry.follow({ cause: 'closed', sid });
      expect(connection.code).toBe('JWT_REVOKED');
    });

    it('stay open if they belong to a log-in after the revocation', async () => {
      const app = await start({ revocation: { store: new MemoryRevocationStore() } });
      const old = await session(app);
      const before = await app.open(old.token);
      await time.pass(11_000);
      await app.tokens.revokeSession(old.sid);
      const after = await app.open((await session(app)).token);
      app.registry.follow({ cause: 'revoked', subject: old.sid.slice(0, 22), except: null });
      await time.pass(20);
      expect([before.code, after.code]).toEqual(['JWT_REVOKED', null]);
    });
  });

  describe('when this process revokes', () => {
    it('a session: all of its connections end in the same turn, and no other', async () => {
      const app = await start({ revocation: { store: new MemoryRevocationStore() } });
      const [one, two] = [await session(app), await session(app)];
      const ended = [await app.open(one.token), await app.open(one.token)];
      const other = await app.open(two.token);
      const targets: unknown[] = [];
      app.registry.onEnded((target) => targets.push(target));
      await app.tokens.revokeSession(one.sid);
      expect(ended.map(({ errors }) => errors)).toEqual([
        [expect.objectContaining({ code: 'JWT_REVOKED', message: 'Token has been revoked' })],
        [expect.objectContaining({ code: 'JWT_REVOKED' })],
      ]);
      expect(other.code).toBeNull();
      expect(targets).toEqual([{ cause: 'revoked', sid: one.sid }]);
    });

    it('an access token: its connections end, and those of another token of the session do not', async () => {
      const app = await start({ revocation: { store: new MemoryRevocationStore() } });
      const { token, sid } = await session(app);
      const other = await app.tokens.createAccessToken('alice', { session: sid });
      const connections = [await app.open(token), await app.open(other)];
      await app.tokens.revoke(token);
      expect(connections.map(({ code }) => code)).toEqual(['JWT_REVOKED', null]);
    });

    it('all tokens of a user: those with and without a session end, except the session to keep', async () => {
      const app = await start({ revocation: { store: new MemoryRevocationStore() } });
      const [kept, ended, bob] = [await session(app), await session(app), await session(app, 'bob')];
      const alone = await app.tokens.createAccessToken('alice');
      const open = await Promise.all([kept.token, ended.token, alone, bob.token].map((token) => app.open(token)));
      const targets: unknown[] = [];
      app.registry.onEnded((target) => targets.push(target));
      await app.tokens.revokeAllFor('alice', { exceptSession: kept.sid });
      expect(open.map(({ code }) => code)).toEqual([null, 'JWT_REVOKED', 'JWT_REVOKED', null]);
      expect(targets).toEqual([{ cause: 'revoked', subject: kept.sid.slice(0, 22), except: kept.sid }]);
    });

    it('the sessions of a user before a time: only those end', async () => {
      const app = await start({ revocation: { store: new MemoryRevocationStore() } });
      const old = await session(app);
      await time.pass(60_000);
      const recent = await session(app);
      const open = [await app.open(old.token), await app.open(recent.token)];
      await app.tokens.revokeAllFor('alice', { before: Date.now() - 30_000 });
      await time.pass(5);
      expect(open.map(({ code }) => code)).toEqual(['JWT_REVOKED', null]);
    });

    it('two tokens with one jti, if they expire at different times: each connection ends with its own token', async () => {
      const app = await start();
      const claims = { jti: 'one-id' };
      const short = await app.open(await app.tokens.createAccessToken('alice', { expires: 10, claims }));
      const long = await app.open(await app.tokens.createAccessToken('alice', { expires: 60, claims }));
      await time.pass(12_000);
      expect([short.code, long.code]).toEqual(['JWT_EXPIRED', null]);
    });

    it('a session by the reuse of a refresh token', async () => {
      const app = await start({ revocation: { store: new MemoryRevocationStore() }, rotation: { grace: 0 } });
      const { token, refresh } = await session(app);
      const connection = await app.open(token);
      await app.tokens.rotate(refresh);
      expect(connection.code).toBeNull();
      await time.pass(10);
      await expect(app.tokens.rotate(refresh)).rejects.toMatchObject({ code: 'JWT_REVOKED' });
      expect(connection.code).toBe('JWT_REVOKED');
    });

    it('a session by the limit of sessions of one user', async () => {
      const app = await start({ revocation: { store: new MemoryRevocationStore() }, rotation: { maxPerUser: 2 } });
      const first = await app.open((await session(app)).token);
      await time.pass(10);
      const second = await app.open((await session(app)).token);
      await time.pass(10);
      await session(app);
      await time.pass(1);
      expect([first.code, second.code]).toEqual(['JWT_REVOKED', null]);
    });

    it('between the check of the handshake and the registration: the connection ends at once', async () => {
      const app = await start({ revocation: { store: new MemoryRevocationStore() } });
      const { token, sid } = await session(app);
      const context = await app.check(token);
      await app.tokens.revokeSession(sid);
      const connection = app.register(context);
      expect(connection.code).toBeNull();
      await time.pass(2);
      expect(connection.code).toBe('JWT_REVOKED');
    });

    it('nothing ends with endOnRevocation: false, and the store gets no question', async () => {
      const store = new ReportingStore();
      const app = await start({ revocation: { store }, connections: { endOnRevocation: false } });
      const { token, sid } = await session(app);
      const checked = app.open(token);
      await time.pass(5);
      const connection = await checked;
      const asked = store.queries.length;
      await app.tokens.revokeSession(sid);
      await time.pass(120_000);
      expect([connection.code, store.queries.length - asked, store.watches]).toEqual([null, 0, 0]);
    });
  });

  describe('with a store that reports no changes', () => {
    async function open(app: ConnectedApp, token: string, requirements?: readonly SettledRequirement[]) {
      const opening = app.open(token, { requirements });
      await time.pass(5);
      return opening;
    }

    it('end within the recheck after a revocation elsewhere, however many connections, with one question each time', async () => {
      const store = new DistantStore();
      const app = await start({ revocation: { store }, connections: { recheck: '5s' } });
      const { token, sid } = await session(app);
      const connections = await Promise.all(Array.from({ length: 50 }, () => open(app, token)));
      store.queries.length = 0;
      await time.pass(50_000);
      expect(store.queries.length).toBe(10);
      expect(connections.every(({ code }) => code === null)).toBe(true);
      store.endSession(sid.slice(0, 22), sid, Infinity);
      await time.pass(5_050);
      expect(connections.every(({ code }) => code === 'JWT_REVOKED')).toBe(true);
      const asked = store.queries.length;
      await time.pass(60_000);
      expect(store.queries.length).toBe(asked);
    });

    it('of two tokens of one session: the one that is denied elsewhere ends', async () => {
      const store = new DistantStore();
      const app = await start({ revocation: { store } });
      const { token, sid } = await session(app);
      const other = await app.tokens.createAccessToken('alice', { session: sid });
      const { payload } = await app.tokens.verify(other);
      const connections = [await open(app, token), await open(app, other)];
      store.deny(sid.slice(0, 22), payload.jti as string, 60_000, Infinity);
      await time.pass(5_050);
      expect(connections.map(({ code }) => code)).toEqual([null, 'JWT_REVOKED']);
    });

    it('spread the questions evenly over the interval', async () => {
      const store = new DistantStore();
      const app = await start({ revocation: { store }, connections: { recheck: '5s' } });
      for (let user = 0; user < 100; user++) {
        const token = await app.tokens.createAccessToken(`user-${user}`, { expires: '1h' });
        await open(app, token);
      }
      await time.pass(5_000);
      const perTenth: number[] = [];
      for (let tenth = 0; tenth < 10; tenth++) {
        store.queries.length = 0;
        await time.pass(500);
        perTenth.push(store.queries.length);
      }
      expect(Math.min(...perTenth)).toBeGreaterThanOrEqual(8);
      expect(Math.max(...perTenth)).toBeLessThanOrEqual(12);
    });

    it('ask about a token without a session by its jti', async () => {
      const store = new DistantStore();
      const app = await start({ revocation: { store } });
      const token = await app.tokens.createAccessToken('alice', { expires: '1h' });
      const { payload } = await app.tokens.verify(token);
      const connection = await open(app, token);
      store.queries.length = 0;
      await time.pass(5_050);
      expect(store.queries).toEqual([expect.objectContaining({ sid: null, jti: payload.jti })]);
      store.deny(store.queries[0]?.subject as string, payload.jti as string, 60_000, Infinity);
      await time.pass(5_050);
      expect(connection.code).toBe('JWT_REVOKED');
    });

    it('end when the session ends by its age, or without a refresh', async () => {
      for (const rotation of [{ maxAge: '1m' }, { idle: '1m' }] as const) {
        const app = await start({ revocation: { store: new MemoryRevocationStore() }, rotation });
        const { sid } = await session(app);
        const token = await app.tokens.createAccessToken('alice', { session: sid, expires: '1h' });
        const connection = await app.open(token);
        await time.pass(59_000);
        expect(connection.code).toBeNull();
        await time.pass(1_100);
        expect(connection.code).toBe('JWT_REVOKED');
      }
    });

    it('stay open while their session is refreshed', async () => {
      const app = await start({ revocation: { store: new MemoryRevocationStore() }, rotation: { idle: '1m' } });
      const { sid, refresh } = await session(app);
      const token = await app.tokens.createAccessToken('alice', { session: sid, expires: '1h' });
      const connection = await app.open(token);
      await time.pass(50_000);
      await app.tokens.rotate(refresh);
      await time.pass(50_000);
      expect(connection.code).toBeNull();
      await time.pass(11_000);
      expect(connection.code).toBe('JWT_REVOKED');
    });

    it('opened with a refresh token stay open after its rotation, until the session ends', async () => {
      const app = await start({ revocation: { store: new MemoryRevocationStore() }, rotation: { grace: 0 } });
      const { refresh, sid } = await session(app);
      const connection = app.register(await app.check(refresh, { refresh: true }));
      await app.tokens.rotate(refresh);
      await time.pass(60_000);
      expect(connection.code).toBeNull();
      await app.tokens.revokeSession(sid);
      expect(connection.code).toBe('JWT_REVOKED');
    });

    it('that skip the revocation check are not asked about, and stay open', async () => {
      const store = new DistantStore();
      const app = await start({ revocation: { store } });
      const { token, sid } = await session(app);
      const requirement = { skipRevocationCheck: true } as SettledRequirement;
      const connection = await open(app, token, [requirement]);
      store.queries.length = 0;
      await app.tokens.revokeSession(sid);
      await time.pass(60_000);
      expect([connection.code, store.queries.length]).toEqual([null, 0]);
    });
  });

  describe('with isTokenRevoked', () => {
    it('end within the recheck, and the callback is called once for each token', async () => {
      let calls: unknown[] = [];
      const revoked = new Set<unknown>();
      const isTokenRevoked = async ({ sub }: { sub?: unknown }) => {
        calls.push(sub);
        return Promise.resolve(revoked.has(sub));
      };
      const app = await start({ isTokenRevoked, connections: { recheck: '2s' } });
      const [alice, bob] = [await app.tokens.createAccessToken('alice'), await app.tokens.createAccessToken('bob')];
      const open = await Promise.all([alice, alice, alice, bob].map((token) => app.open(token)));
      calls = [];
      await time.pass(20_000);
      expect(calls.filter((name) => name === 'alice')).toHaveLength(10);
      expect(calls.filter((name) => name === 'bob')).toHaveLength(10);
      revoked.add('alice');
      await time.pass(2_050);
      expect(open.map(({ code }) => code)).toEqual(['JWT_REVOKED', 'JWT_REVOKED', 'JWT_REVOKED', null]);
    });

    it('end after maxUnknown if the callback throws, rejects or never answers', async () => {
      for (const fail of [
        () => {
          throw new Error('no database');
        },
        () => Promise.reject(new Error('no database')),
        () => new Promise<boolean>(() => undefined),
      ]) {
        let isFailing = false;
        const isTokenRevoked = () => (isFailing ? fail() : false);
        const app = await start({ isTokenRevoked, connections: { recheck: '1s', maxUnknown: '10s' } });
        const connection = await app.open(await app.tokens.createAccessToken('alice'));
        await time.pass(1_500);
        isFailing = true;
        await time.pass(8_000);
        expect(connection.code).toBeNull();
        await time.pass(3_500);
        const failures = app.logger.errors.filter((line) =>
          line.includes('isTokenRevoked failed for an open connection'),
        );
        expect(failures).toHaveLength(String(fail).includes('new Promise') ? 0 : 1);
        expect(connection.code).toBe('JWT_REVOCATION_UNAVAILABLE');
      }
    });
  });

  describe('during an outage of the store', () => {
    it.each(['failing', 'silent'] as const)(
      '(%s) stay open for 10 s, and are asked about again after it',
      async (outage) => {
        const store = new DistantStore();
        const app = await start({ revocation: { store } });
        const sessions = await Promise.all(Array.from({ length: 20 }, () => session(app)));
        const opening = Promise.all(sessions.map(({ token }) => app.open(token)));
        await time.pass(5);
        const open = await opening;
        await time.pass(10_000);
        store.state = outage;
        await time.pass(10_000);
        store.state = 'up';
        for (const { sid } of sessions.slice(0, 10)) store.endSession(sid.slice(0, 22), sid, Infinity);
        await time.pass(7_050);
        expect(open.map(({ code }) => code)).toEqual([
          ...Array.from({ length: 10 }, () => 'JWT_REVOKED'),
          ...Array.from({ length: 10 }, () => null),
        ]);
      },
    );

    it.each(['failing', 'silent'] as const)('(%s) end after maxUnknown, and not before', async (outage) => {
      const store = new DistantStore();
      const app = await start({ revocation: { store } });
      const needless = { skipRevocationCheck: true } as SettledRequirement;
      const sessions = await Promise.all(Array.from({ length: 20 }, () => session(app)));
      const opening = Promise.all(sessions.map(({ token }) => app.open(token)));
      const other = app.open((sessions[0] as { token: string }).token, { requirements: [needless] });
      await time.pass(5);
      const open = await opening;
      await time.pass(20_000);
      store.state = outage;
      await time.pass(54_900);
      expect(open.every(({ code }) => code === null)).toBe(true);
      await time.pass(6_200);
      expect(open.every(({ code }) => code === 'JWT_REVOCATION_UNAVAILABLE')).toBe(true);
      expect((await other).code).toBeNull();
      store.state = 'up';
      await time.pass(5_000);
      const again = app.open((sessions[0] as { token: string }).token);
      await time.pass(30_000);
      expect((await again).code).toBeNull();
    });

    it('are not asked about because of another log-in of their user that ends no session', async () => {
      const store = new DistantStore();
      const app = await start({ revocation: { store }, rotation: { maxPerUser: 2 } });
      const { token } = await session(app);
      const opening = app.open(token);
      await time.pass(5);
      await opening;
      await time.pass(6_000);
      store.queries.length = 0;
      await session(app);
      await time.pass(100);
      expect(store.queries).toEqual([]);
      await session(app);
      await time.pass(100);
      expect((await opening).code).toBe('JWT_REVOKED');
    });

    it('send few questions, and not one for each connection', async () => {
      const store = new DistantStore();
      const app = await start({ revocation: { store }, rotation: { maxPerUser: false } });
      const sessions = await Promise.all(Array.from({ length: 500 }, () => session(app)));
      const opening = Promise.all(sessions.map(({ token }) => app.open(token)));
      await time.pass(5);
      await opening;
      await time.pass(5_000);
      store.state = 'failing';
      await time.pass(5_000);
      store.queries.length = 0;
      await time.pass(20_000);
      expect(store.queries.length).toBeGreaterThan(10);
      expect(store.queries.length).toBeLessThan(40);
    });
  });

  describe('with a store that reports its changes', () => {
    async function openAll(app: ConnectedApp, tokens: string[]) {
      const opening = Promise.all(tokens.map((token) => app.open(token)));
      await time.pass(5);
      return opening;
    }

    it('end soon after a change elsewhere, and cause no questions without a change', async () => {
      const store = new ReportingStore();
      const app = await start({ revocation: { store } });
      const [one, two] = [await session(app), await session(app, 'bob')];
      const open = await openAll(app, [one.token, one.token, two.token]);
      await time.pass(5_000);
      store.queries.length = 0;
      await time.pass(3_600_000);
      expect(store.queries).toEqual([]);
      store.endSession(one.sid.slice(0, 22), one.sid, Infinity);
      store.report(one.sid.slice(0, 22));
      store.report(one.sid.slice(0, 22));
      await time.pass(30);
      expect(store.queries).toHaveLength(1);
      expect(open.map(({ code }) => code)).toEqual(['JWT_REVOKED', 'JWT_REVOKED', null]);
    });

    it('listen only while a connection is open, and some time after the last one', async () => {
      const store = new ReportingStore();
      const app = await start({ revocation: { store } });
      const { token } = await session(app);
      await time.pass(60_000);
      expect(store.watches).toBe(0);
      for (let times = 0; times < 5; times++) {
        const [connection] = await openAll(app, [token]);
        await time.pass(1_000);
        connection?.remove();
        await time.pass(1_000);
      }
      expect([store.watches, store.closed]).toEqual([1, 0]);
      await time.pass(31_000);
      expect([store.watches, store.closed]).toEqual([1, 1]);
      expect(jest.getTimerCount()).toBe(0);
      await openAll(app, [token]);
      expect(store.watches).toBe(2);
    });

    it('are all asked about again after a gap', async () => {
      const store = new ReportingStore();
      const app = await start({ revocation: { store } });
      const sessions = await Promise.all(Array.from({ length: 10 }, (_, index) => session(app, `user-${index}`)));
      const open = await openAll(
        app,
        sessions.map(({ token }) => token),
      );
      await time.pass(60_000);
      store.isConnected = false;
      await time.pass(3_000);
      for (const { sid } of sessions.slice(5)) store.endSession(sid.slice(0, 22), sid, Infinity);
      store.isConnected = true;
      await time.pass(5_050);
      expect(open.map(({ code }) => code)).toEqual([
        ...Array.from({ length: 5 }, () => null),
        ...Array.from({ length: 5 }, () => 'JWT_REVOKED'),
      ]);
      await time.pass(5_000);
      store.queries.length = 0;
      await time.pass(60_000);
      expect(store.queries).toEqual([]);
    });

    it('are all asked about after the store was emptied', async () => {
      const store = new ReportingStore();
      const app = await start({ revocation: { store } });
      const { token, sid } = await session(app);
      const [connection] = await openAll(app, [token]);
      await time.pass(60_000);
      store.endSession(sid.slice(0, 22), sid, Infinity);
      store.report(null);
      await time.pass(5_050);
      expect(connection?.code).toBe('JWT_REVOKED');
    });

    it('count maxUnknown from the last sign of life of the feed', async () => {
      const store = new ReportingStore();
      const app = await start({ revocation: { store }, connections: { maxUnknown: '20s' } });
      const { token } = await session(app);
      const [connection] = await openAll(app, [token]);
      await time.pass(3_600_000);
      store.isConnected = false;
      store.state = 'failing';
      await time.pass(18_900);
      expect(connection?.code).toBeNull();
      await time.pass(3_000);
      expect(connection?.code).toBe('JWT_REVOCATION_UNAVAILABLE');
    });

    it('are asked about if the feed works and a look-up after a change fails', async () => {
      const store = new ReportingStore();
      const app = await start({ revocation: { store } });
      const { token, sid } = await session(app);
      const [connection] = await openAll(app, [token]);
      await time.pass(3_600_000);
      store.state = 'failing';
      store.endSession(sid.slice(0, 22), sid, Infinity);
      store.report(sid.slice(0, 22));
      await time.pass(10_000);
      expect(connection?.code).toBeNull();
      store.state = 'up';
      await time.pass(5_050);
      expect(connection?.code).toBe('JWT_REVOKED');
    });

    it('of another module in the process end, too', async () => {
      const store = new ReportingStore();
      const [one, two] = [await start({ revocation: { store } }), await start({ revocation: { store } })];
      const { token, sid } = await session(one);
      const [connection] = await openAll(two, [token]);
      await time.pass(10_000);
      await one.tokens.revokeSession(sid);
      store.report(sid.slice(0, 22));
      await time.pass(30);
      expect(connection?.code).toBe('JWT_REVOKED');
    });
  });

  describe('with a store in memory', () => {
    it('end at once after a change by another module of the process', async () => {
      const store = new MemoryRevocationStore();
      const [one, two] = [await start({ revocation: { store } }), await start({ revocation: { store } })];
      const { token, sid } = await session(one);
      const connection = await two.open(token);
      await time.pass(10_000);
      await one.tokens.revokeSession(sid);
      await time.pass(25);
      expect(connection.code).toBe('JWT_REVOKED');
    });

    it.each(['instance', 'class'] as const)(
      'are asked about if lookUp() of the %s is replaced meanwhile',
      async (where) => {
        const store = new MemoryRevocationStore();
        const app = await start({ revocation: { store }, connections: { maxUnknown: '20s' } });
        const connection = await app.open((await session(app)).token);
        await time.pass(3_600_000);
        const spy = jest.spyOn(where === 'class' ? MemoryRevocationStore.prototype : store, 'lookUp');
        spy.mockImplementation(() => {
          throw new Error('down');
        });
        await time.pass(14_000);
        expect(connection.code).toBeNull();
        spy.mockImplementation(() => ({ session: null, denied: true, cutOff: null }));
        await time.pass(5_050);
        expect(connection.code).toBe('JWT_REVOKED');
      },
    );

    it('end after maxUnknown if lookUp() fails', async () => {
      const store = new MemoryRevocationStore();
      const app = await start({ revocation: { store }, connections: { maxUnknown: '20s' } });
      const connection = await app.open((await session(app)).token);
      await time.pass(3_600_000);
      store.lookUp = () => {
        throw new Error('down');
      };
      await time.pass(14_000);
      expect(connection.code).toBeNull();
      await time.pass(13_000);
      expect(connection.code).toBe('JWT_REVOCATION_UNAVAILABLE');
    });
  });

  it('leave no timer and no feed after app.close(), and add() does nothing then', async () => {
    const store = new ReportingStore();
    const app = await ConnectedApp.start({ revocation: { store } });
    const { token } = await session(app);
    const opening = app.open(token);
    await time.pass(2_000);
    const connection = await opening;
    const context = await Promise.all([app.check(token), time.pass(5)]);
    await app.close();
    expect([jest.getTimerCount(), store.closed, app.registry.size]).toEqual([0, 1, 0]);
    app.register(context[0]);
    expect([jest.getTimerCount(), app.registry.size, connection.code]).toEqual([0, 0, null]);
  });
});
