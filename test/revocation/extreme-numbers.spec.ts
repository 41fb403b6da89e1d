import fc from 'fast-check';
import { MemoryRevocationStore, type JwtExtendedOptions, type TokenService } from 'nestjs-jwt-extended';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import type { RevocationStore } from 'nestjs-jwt-extended/store';
import { subjectHash } from '../../src/stores/session-id.js';
import { forge } from '../support/forge.js';
import { errorOf, tokenService } from '../support/token-service.js';
import { singleDrivers, type Driver } from './redis/drivers.js';
import type { SqlClient } from './sql/clients.js';
import { databases } from './sql/databases.js';

/** A store, and the function that closes it. */
interface Opened {
  readonly store: RevocationStore;
  close(): unknown;
}

interface Kind {
  readonly name: string;
  describe(name: string, body: () => void): void;
  open(): Promise<Opened>;
}

const KINDS: readonly Kind[] = [
  {
    name: 'MemoryRevocationStore',
    describe,
    open: () => Promise.resolve({ store: new MemoryRevocationStore(), close: () => undefined }),
  },
  {
    name: 'RedisRevocationStore',
    describe: describeWithRedis,
    async open() {
      const server = await RedisServer.start();
      const { store, close } = await (singleDrivers[0] as Driver).connect([server]);
      return { store, close: () => (close(), server.stop()) };
    },
  },
  ...databases.map((database) => ({
    name: `SqlRevocationStore on ${database.name}`,
    describe: database.describe,
    async open() {
      const running = await database.start();
      const { store, close } = await (database.clients[0] as SqlClient).connect(running.url);
      return { store, close: async () => (await close(), running.stop()) };
    },
  })),
];

/** Numbers of JSON that are larger than every time, and the limits of the types that databases use for times. */
const EXTREMES = [
  0,
  -0,
  0.5,
  -0.5,
  1,
  -1,
  1e-308,
  2 ** 31,
  2 ** 31 - 0.5,
  2 ** 32,
  8.64e12,
  8.64e12 + 1,
  8.64e15,
  -8.64e15,
  1e17,
  1.7e18,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  2 ** 64,
  1e21,
  1e300,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  -(2 ** 63),
];

const now = (): number => Math.floor(Date.now() / 1000);
const anyNumber = fc.oneof(
  fc.constantFrom(...EXTREMES),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -100, max: 100 }).map((offset) => now() + offset),
);
const duration = fc.oneof(
  fc.constantFrom(...EXTREMES.filter((value) => value > 0 && value <= Number.MAX_SAFE_INTEGER)),
  fc.double({ min: 1, max: Number.MAX_SAFE_INTEGER, noNaN: true }),
);

/** Every call with such numbers has an answer of the library, and no store fails. */
async function expectNoFault(work: () => Promise<unknown>): Promise<void> {
  const error = await errorOf(work);
  expect([error?.name, (error as { code?: string } | undefined)?.code]).toEqual([
    error === undefined ? undefined : expect.stringMatching(/^(TypeError|InvalidToken|ExpiredToken|RevokedToken)/),
    error === undefined || error instanceof TypeError ? undefined : expect.not.stringMatching(/UNAVAILABLE/),
  ]);
}

let unique = 0;

for (const kind of KINDS) {
  kind.describe(`Extreme numbers on ${kind.name}`, () => {
    let opened: Opened;
    const service = (options: JwtExtendedOptions = {}): Promise<TokenService> =>
      tokenService({ rotation: { adopt: true }, ...options, revocation: { store: opened.store, timeout: '10s' } });
    beforeAll(async () => {
      opened = await kind.open();
    });
    afterAll(() => opened.close());

    it.each([1e17, 1.7e18, 2 ** 53, 8.64e15, Number.MAX_VALUE])('a token with exp %p is revoked', async (exp) => {
      const tokens = await service();
      const token = forge({ sub: 'alice', jti: `exp ${exp}`, exp });
      await tokens.revoke(token);
      const { denied } = await opened.store.lookUp({ subject: subjectHash('alice'), sid: null, jti: `exp ${exp}` });
      expect(denied).toBe(true);
    });

    it('no time in a token makes the store fail', async () => {
      const tokens = await service();
      await fc.assert(
        fc.asyncProperty(anyNumber, anyNumber, fc.constantFrom('access', 'refresh'), async (exp, iat, type) => {
          const token = forge({ sub: 'alice', jti: `jti ${unique++}`, type, exp, iat, nbf: undefined });
          if (type === 'refresh') await expectNoFault(() => tokens.rotate(token));
          await expectNoFault(() => tokens.revoke(token));
        }),
        { numRuns: 60 },
      );
    });

    it('no time of a log-out everywhere makes the store fail, and a list has valid times', async () => {
      const tokens = await service();
      const before = fc.oneof(
        anyNumber,
        anyNumber.map((time) => new Date(Math.min(time, 8.64e15))),
      );
      await fc.assert(
        fc.asyncProperty(before, async (time) => {
          const user = `user ${unique++}`;
          await tokens.createTokenPair(user);
          await expectNoFault(() => tokens.revokeAllFor(user, { before: time }));
          await expectNoFault(() => tokens.listSessions(user));
        }),
        { numRuns: 40 },
      );
    });

    it('no duration of an option or a call makes the store fail', async () => {
      const options = fc.record({
        leeway: fc.double({ min: 0, max: 3_600, noNaN: true }),
        grace: duration,
        maxAge: duration,
        idle: duration,
      });
      await fc.assert(
        fc.asyncProperty(options, duration, async ({ leeway, ...rotation }, expires) => {
          const user = `user ${unique++}`;
          const tokens = await service({ leeway, rotation: { adopt: true, ...rotation } });
          const pair = await tokens.createTokenPair(user, { refreshExpires: expires, accessExpires: expires });
          for (const { expiresAt } of await tokens.listSessions(user)) {
            expect(new Date(expiresAt ?? 0).getTime()).not.toBeNaN();
          }
          // A short session can be over by now.
          await expectNoFault(() => tokens.rotate(pair.refreshToken));
          await expectNoFault(() => tokens.rotate(pair.refreshToken));
          await expectNoFault(() => tokens.createRefreshToken(user, { session: pair.accessToken, expires }));
          await expectNoFault(() => tokens.revoke(pair.accessToken));
        }),
        { numRuns: 40 },
      );
    });
  });
}
