import { once } from 'node:events';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { describeWithPostgres, PostgresServer } from '../../support/postgres-server.js';
import { migratePostgres } from '../../support/migrations.js';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { WorkerPool, type Make, type StoreServer } from '../../support/worker-pool.js';
import type { SocketKind } from '../worker/worker-settings.js';

const SOCKETS = 1_000;

/** An open socket. `ended` resolves with the code of the refusal. */
interface OpenSocket {
  readonly ended: Promise<string>;
}

const OPENERS: Record<SocketKind, (url: string, token: string) => Promise<OpenSocket>> = {
  'socket.io': async (url, token) => {
    const socket = io(url, { auth: { token }, transports: ['websocket'], reconnection: false, forceNew: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    const exception = new Promise<string>((resolve) =>
      socket.once('exception', ({ code }: { code: string }) => resolve(code)),
    );
    const disconnected = new Promise<void>((resolve) => socket.once('disconnect', () => resolve()));
    return { ended: disconnected.then(() => exception) };
  },
  ws: async (url, token) => {
    const socket = new WebSocket(url.replace('http', 'ws'), { headers: { authorization: `Bearer ${token}` } });
    await once(socket, 'open');
    return { ended: once(socket, 'close').then(([code, reason]) => `${code} ${reason}`) };
  },
};

const CODES: Record<SocketKind, string> = { 'socket.io': 'JWT_REVOKED', ws: '4401 JWT_REVOKED' };

/** The sockets open at the same time, and their look-ups wait for the few connections of a pool. */
const PATIENT = { connectionTimeoutMillis: 10_000, statement_timeout: 11_000, query_timeout: 12_000 };

function describeSockets(kind: SocketKind, make: Make, limit: number, startServer: () => Promise<StoreServer>): void {
  it(`end within ${limit} ms: ${kind}, ${make.driver}`, async () => {
    const settings = {
      timeout: '10s',
      sockets: kind,
      ...(make.driver === 'pg' && { clientOptions: PATIENT }),
    } as const;
    const pool = await WorkerPool.startOn(await startServer(), [make, make, make], settings);
    try {
      const { accessToken, refreshToken } = await pool.logIn('alice');
      const other = await pool.logIn('alice');
      const open = (count: number, token: string) =>
        Promise.all(Array.from({ length: count }, (_, index) => OPENERS[kind](pool.worker(index % 2).url, token)));
      const sockets = await open(SOCKETS, accessToken);
      let isOtherOpen = true;
      const [stays] = await open(1, other.accessToken);
      void stays?.ended.then(() => (isOtherOpen = false));

      const revokedAt = performance.now();
      expect((await pool.worker(2).send('DELETE', '/logout', refreshToken)).status).toBe(200);
      const codes = await Promise.all(sockets.map(({ ended }) => ended));
      expect(performance.now() - revokedAt).toBeLessThan(limit);
      expect(new Set(codes)).toEqual(new Set([CODES[kind]]));
      expect(isOtherOpen).toBe(true);
      expect(pool.takeLogs()).toEqual([]);
    } finally {
      await pool.stop();
    }
  });
}

const KINDS: readonly SocketKind[] = ['socket.io', 'ws'];

describeWithRedis('1,000 sockets of one session, over 2 processes, when a third process revokes it', () => {
  for (const kind of KINDS) {
    for (const driver of ['redis', 'ioredis'] as const) {
      const adapter = kind === 'ws' ? 'fastify' : 'express';
      // Less than connections.recheck, so the server has reported the change. It takes 0.3 s on a machine that is idle.
      describeSockets(kind, { adapter, driver }, 4_000, () => RedisServer.start());
    }
  }
});

describeWithPostgres('1,000 sockets of one session on PostgreSQL, over 2 processes', () => {
  // The option `connections.recheck` is 5 s.
  describeSockets('ws', { adapter: 'express', driver: 'pg' }, 6_000, async () => {
    const server = await PostgresServer.start();
    await migratePostgres(server.url);
    return server;
  });
});
