import { jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import {
  JwtAuthenticator,
  MemoryRevocationStore,
  TokenService,
  type Duration,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import type { RevocationStore } from 'nestjs-jwt-extended/store';
import { SessionManager } from '../../src/sessions/session-manager.js';
import { forge } from '../support/forge.js';
import { jwtModule } from '../support/jwt-app.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { errorOf } from '../support/token-service.js';
import { singleDrivers, type Driver } from './redis/drivers.js';

/** The clock of the store, and of a process without an offset. */
const realNow = Date.now.bind(Date);

/** A process of the library: a module with a clock of its own. */
class Process {
  private constructor(
    private readonly tokens: TokenService,
    private readonly authenticator: JwtAuthenticator,
    private readonly offset: number,
  ) {}

  /** `offset`: the number of seconds by which its clock is ahead. */
  static async start(store: RevocationStore, offset: number, clockSkew?: Duration): Promise<Process> {
    const options: JwtExtendedOptions = { rotation: { adopt: true }, revocation: { store, clockSkew } };
    const module = await Test.createTestingModule({ imports: [jwtModule({ leeway: '10s', ...options })] }).compile();
    module.get(SessionManager).required('test');
    return new Process(module.get(TokenService), module.get(JwtAuthenticator), offset);
  }

  /** Runs some work with its clock, `later` seconds from now. */
  async do<T>(work: (tokens: TokenService) => Promise<T>, later = 0): Promise<T> {
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => realNow() + (this.offset + later) * 1000);
    try {
      return await work(this.tokens);
    } finally {
      clock.mockRestore();
    }
  }

  /** The code of its guard's refusal; `undefined` if the guard accepts the token. */
  async answer(token: string, later = 0, type: 'access' | 'refresh' = 'access'): Promise<string | undefined> {
    const error = await this.do(() => errorOf(() => this.authenticator.authenticateToken(token, { type })), later);
    return (error as { code?: string } | undefined)?.code;
  }
}

/** A store whose clock advances together with the processes. */
interface Opened {
  readonly store: RevocationStore;
  /** Ends all denials whose duration is shorter than so many seconds. */
  pass(seconds: number): Promise<void> | void;
  close(): unknown;
}

function describeClocks(name: string, open: () => Promise<Opened>, surround: typeof describe = describe): void {
  surround(`Clocks that differ, with ${name}`, () => {
    let opened: Opened;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());
    const start = (offset: number, clockSkew?: Duration) => Process.start(opened.store, offset, clockSkew);
    let users = 0;
    const newUser = () => `user ${users++}`;

    it('a process behind refuses a token that a process ahead has revoked, until the token expires there', async () => {
      const [ahead, behind] = [await start(5), await start(0)];
      // Expires in 3 s by the clock ahead, and is accepted for 10 s of leeway: 13 s there, 18 s here.
      const token = await ahead.do((tokens) => tokens.createAccessToken(newUser(), { expires: 3 }), -5);
      expect(await behind.answer(token)).toBeUndefined();
      await ahead.do((tokens) => tokens.revoke(token), 9);
      await opened.pass(12);
      expect(await behind.answer(token, 12)).toBe('JWT_REVOKED');
      expect(await behind.answer(token, 13)).toBe('JWT_EXPIRED');
    });

    it('a token that has expired by the clock ahead can still be revoked', async () => {
      const [ahead, behind] = [await start(5), await start(0)];
      const token = await behind.do((tokens) => tokens.createAccessToken(newUser(), { expires: 3 }));
      expect(await ahead.answer(token, 9)).toBe('JWT_EXPIRED');
      await ahead.do((tokens) => tokens.revoke(token), 9);
      expect(await behind.answer(token, 9)).toBe('JWT_REVOKED');
    });

    it('a log-out everywhere revokes a token that a process ahead of the store issued before it', async () => {
      const [ahead, behind] = [await start(5), await start(0)];
      const user = newUser();
      const token = await ahead.do((tokens) => tokens.createAccessToken(user));
      const flask = forge({ sub: user, type: 'refresh', jti: user, iat: Math.floor(realNow() / 1000) + 5, nbf: 0 });
      await behind.do((tokens) => tokens.revokeAllFor(user));
      for (const one of [ahead, behind]) {
        expect(await one.answer(token)).toBe('JWT_REVOKED');
        expect(await one.do((tokens) => errorOf(() => tokens.rotate(flask)))).toMatchObject({ code: 'JWT_REVOKED' });
        expect(await one.answer(flask, 0, 'refresh')).toBe('JWT_REVOKED');
      }
    });

    it('a log-in after a log-out everywhere works at once with a session, and after the skew without one', async () => {
      const [ahead, behind] = [await start(5), await start(-5)];
      const user = newUser();
      await ahead.do((tokens) => tokens.revokeAllFor(user));
      for (const one of [ahead, behind]) {
        const { accessToken, refreshToken } = await one.do((tokens) => tokens.createTokenPair(user));
        const joined = await one.do((tokens) => tokens.createAccessToken(user, { session: accessToken }));
        const loose = await one.do((tokens) => tokens.createAccessToken(user));
        const later = await one.do((tokens) => tokens.createAccessToken(user), 70);
        expect(await one.answer(accessToken)).toBeUndefined();
        expect(await one.answer(joined)).toBeUndefined();
        expect(await one.answer(loose)).toBe('JWT_REVOKED');
        expect(await one.answer(later, 70)).toBeUndefined();
        await one.do((tokens) => tokens.rotate(refreshToken));
      }
    });

    it('a skew of 0 compares the seconds of the clocks', async () => {
      const exact = await start(0, 0);
      const user = newUser();
      const before = await exact.do((tokens) => tokens.createAccessToken(user));
      await exact.do((tokens) => tokens.revokeAllFor(user));
      const after = await exact.do((tokens) => tokens.createAccessToken(user), 2);
      expect([await exact.answer(before), await exact.answer(after, 2)]).toEqual(['JWT_REVOKED', undefined]);
    });
  });
}

describeClocks('MemoryRevocationStore', () => {
  let passed = 0;
  const store = new MemoryRevocationStore({ now: () => realNow() + passed });
  return Promise.resolve({ store, pass: (seconds) => void (passed += seconds * 1000), close: () => undefined });
});

describeClocks(
  'RedisRevocationStore',
  async () => {
    const server = await RedisServer.start();
    const { store, close } = await (singleDrivers[0] as Driver).connect([server]);
    return {
      store,
      // The store uses the clock of the machine. The test removes a denial that ends within the time.
      pass(seconds) {
        for (const key of server.run('KEYS', 'jwt:*:j:*').split('\n')) {
          if (Number(server.run('PTTL', key)) <= seconds * 1000) server.run('DEL', key);
        }
      },
      close: () => (close(), server.stop()),
    };
  },
  describeWithRedis as typeof describe,
);
