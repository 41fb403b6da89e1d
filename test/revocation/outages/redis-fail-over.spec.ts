import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { RedisRevocationStore, type RedisClient } from 'nestjs-jwt-extended/redis';
import { createClient } from 'redis';
import { ADAPTERS } from '../../support/adapters.js';
import { RedisPair } from '../../support/redis-pair.js';
import { describeWithRedis, RedisServer } from '../../support/redis-server.js';
import { REVOKED, SessionApp, UNAVAILABLE } from '../../support/session-app.js';
import { until } from '../../support/until.js';

/** How long the replica is behind, in milliseconds. */
const LAG = 200;

/** The lifetime of an access token, in seconds. */
const LIFETIME = 8;

/** Clients with their default settings. */
const CLIENTS: Record<string, (url: string) => Promise<[RedisClient, close: () => void]>> = {
  redis: async (url) => {
    const client = createClient({ url });
    client.on('error', () => undefined);
    await client.connect();
    return [client, () => client.destroy()];
  },
  ioredis: async (url) => {
    const client = new Redis(url);
    client.on('error', () => undefined);
    return [client, () => client.disconnect()];
  },
};

describeWithRedis('A fail-over to a Redis replica', () => {
  describe.each(ADAPTERS)('of an application on %s', (adapter) => {
    describe.each(Object.keys(CLIENTS))('with %s', (name) => {
      let pair: RedisPair;
      let app: SessionApp;
      let close: () => void;
      beforeEach(async () => {
        pair = await RedisPair.start();
      });
      afterEach(async () => {
        await app.stop();
        close();
        await pair.stop();
      });

      async function start(waitForReplicas?: number): Promise<void> {
        let client: RedisClient;
        [client, close] = await (CLIENTS[name] as (typeof CLIENTS)[string])(pair.url);
        const store = new RedisRevocationStore({ client, waitForReplicas });
        app = await new SessionApp(adapter, store, { accessTokenExpires: `${LIFETIME}s` }).start();
      }

      const statusOf = async (token: string) => (await app.get('/me', token)).status;
      const untilServed = (token: string) => until(async () => (await statusOf(token)) !== 503, 5_000);

      it('loses the log-outs that the replica did not have, so their tokens are accepted until they expire', async () => {
        await start();
        const tokens = await app.logIn();
        const opened = Date.now();
        await pair.untilReplicated();
        pair.link.swallow();
        const loggedOut = await app.send('DELETE', '/logout', { token: tokens.accessToken });
        expect(loggedOut.status).toBe(200);
        expect(await app.get('/me', tokens.accessToken)).toEqual(REVOKED);
        await pair.failOver();
        await untilServed(tokens.accessToken);
        let acceptedUntil = 0;
        while ((await statusOf(tokens.accessToken)) === 200) {
          acceptedUntil = Date.now();
          await sleep(20);
        }
        // The lifetime counts from the second in which the token was issued.
        expect(acceptedUntil - opened).toBeGreaterThan((LIFETIME - 1) * 1_000 - 500);
        expect(acceptedUntil - opened).toBeLessThan(LIFETIME * 1_000 + 500);
        // The session was lost with the log-out: its refresh token opens the door again.
        expect((await app.tryToRefresh(tokens)).status).toBe(201);
      });

      it('loses no log-out that was answered with "waitForReplicas: 1"', async () => {
        await start(1);
        const tokens = await app.logIn();
        pair.link.delayAnswers(() => LAG);
        const began = performance.now();
        const loggedOut = await app.send('DELETE', '/logout', { token: tokens.accessToken });
        expect(loggedOut.status).toBe(200);
        expect(performance.now() - began).toBeGreaterThan(LAG * 0.9);
        await pair.failOver();
        await untilServed(tokens.accessToken);
        expect(await app.get('/me', tokens.accessToken)).toEqual(REVOKED);
      });

      it('answers a repeated log-out 401, or 503 until the replica has it if its route skips the check', async () => {
        await start(1);
        const tokens = await app.logIn();
        pair.link.swallow();
        const logOut = (path: string) => app.send('DELETE', path, { token: tokens.accessToken });
        expect(await logOut('/logout')).toMatchObject(UNAVAILABLE);
        expect(await logOut('/logout')).toEqual(REVOKED);
        expect(await logOut('/logout-again')).toMatchObject(UNAVAILABLE);
        pair.link.forward();
        pair.link.reset();
        await until(async () => (await logOut('/logout-again')).status === 200, 20_000);
        await pair.failOver();
        await untilServed(tokens.accessToken);
        expect(await app.get('/me', tokens.accessToken)).toEqual(REVOKED);
      });

      it('answers a log-out that the replica did not get with 503, and accepts it after the fail-over', async () => {
        await start(1);
        const tokens = await app.logIn();
        pair.link.swallow();
        const logOut = () => app.send('DELETE', '/logout', { token: tokens.refreshToken });
        expect(await logOut()).toMatchObject(UNAVAILABLE);
        // The primary has applied it.
        expect(await app.get('/me', tokens.accessToken)).toEqual(REVOKED);
        expect((await app.send('POST', '/login?user=bob')).status).toBe(503);
        await pair.failOver();
        await untilServed(tokens.accessToken);
        // The new primary has no replica yet.
        const next = await RedisServer.start('--replicaof', `127.0.0.1 ${pair.replica.port}`);
        await until(() => pair.replica.run('WAIT', '1', '1000') === '1');
        expect(await statusOf(tokens.accessToken)).toBe(200);
        expect((await logOut()).status).toBe(200);
        await app.expectOver(tokens);
        await next.stop();
      });
    });
  });
});
