import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { RedisRevocationStore, type RedisClient } from 'nestjs-jwt-extended/redis';
import { createClientPool, createSentinel } from 'redis';
import { RedisPair } from '../../support/redis-pair.js';
import { describeWithRedis, RedisSentinel, RedisServer } from '../../support/redis-server.js';
import { HOUR, inTime, newSubject, openSession, tokenOf } from '../../support/store-calls.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { waitingFor } from '../../support/timing.js';
import { until } from '../../support/until.js';
import { singleDrivers, type Connected } from './drivers.js';

const ask = (store: RedisRevocationStore) => store.lookUp({ subject: newSubject(), sid: null, jti: 'a jti' });

describeWithRedis('RedisRevocationStore with "waitForReplicas"', () => {
  describe.each(singleDrivers)('and $name', (driver) => {
    let pair: RedisPair;
    let connected: Connected;
    let store: RedisRevocationStore;
    beforeEach(async () => {
      pair = await RedisPair.start();
      connected = await driver.connect([pair.primary]);
      store = new RedisRevocationStore({ client: connected.client, waitForReplicas: 1 });
    });
    afterEach(async () => {
      await store.close();
      connected.close();
      await pair.stop();
    });

    const writes = (deadline: number) => {
      const subject = newSubject();
      return [
        () => store.deny(subject, 'a jti', HOUR, deadline),
        () => store.endSession(subject, `${subject}.sid`, deadline),
        () => store.endSessions({ subject, before: null, except: null }, deadline),
      ];
    };

    it('waits with each write until the replica has it', async () => {
      pair.link.delayAnswers(() => 50);
      const subject = newSubject();
      await openSession(store, { subject });
      expect(pair.replica.run('KEYS', `*${subject}*`)).not.toBe('');
      for (const write of writes(inTime())) {
        const offset = () => Number(/master_repl_offset:(\d+)/.exec(pair.primary.run('INFO', 'replication'))?.[1]);
        const before = offset();
        expect(await write()).toBe(true);
        expect(Number(/slave_repl_offset:(\d+)/.exec(pair.replica.run('INFO', 'replication'))?.[1])).toBeGreaterThan(
          before,
        );
      }
    });

    it('refuses each write that the replica does not get, also one that changes nothing', async () => {
      await ask(store);
      pair.link.swallow();
      const began = performance.now();
      for (const call of writes(inTime()).map((write) => write())) {
        await expect(call).rejects.toThrow('Fewer than 1 replicas of Redis');
      }
      expect(performance.now() - began).toBeGreaterThan(900);
      const subject = newSubject();
      const repeat = () => store.endSession(subject, `${subject}.sid`, inTime());
      await expect(repeat()).rejects.toThrow('Fewer than 1');
      await expect(repeat()).rejects.toThrow('Fewer than 1');
    });

    it('answers look-ups while writes wait for a replica that hangs', async () => {
      await ask(store);
      pair.replica.pause();
      let isOver = false;
      const statuses = new Set<string>();
      const writing = (async () => {
        while (!isOver) {
          const answers = await Promise.allSettled(writes(inTime()).map((write) => write()));
          for (const { status } of answers) statuses.add(status);
        }
      })();
      await until(() => pair.primary.run('INFO', 'clients').includes('blocked_clients:1'));
      const { milliseconds } = await waitingFor(async () => {
        for (let count = 0; count < 20; count++) await ask(store);
      });
      expect(milliseconds).toBeLessThan(1_000);
      await until(() => statuses.size > 0);
      expect([...statuses]).toEqual(['rejected']);
      pair.replica.resume();
      await until(() => statuses.has('fulfilled'));
      isOver = true;
      await writing;
    });

    it.each([
      ['the script', /evalsha/i],
      ['WAIT', /\r\nwait\r\n/i],
    ])('sends a write again if the connection is lost before the answer to %s', async (_what, command) => {
      const address = await TcpProxy.start(pair.primary.port);
      const proxied = await driver.connect([{ port: address.port, url: `redis://127.0.0.1:${address.port}` }]);
      const waiting = new RedisRevocationStore({ client: proxied.client, waitForReplicas: 1 });
      const session = await openSession(waiting);
      await ask(waiting);
      // A connection that is lost within a second after its opening is not replaced at once.
      await sleep(1_100);
      let isReached = false;
      address.loseAnswerTo({ test: (text) => command.test(text) && (isReached = true) });
      const call = waiting.present(tokenOf(session), inTime());
      await until(() => isReached);
      address.loseAnswerTo(null);
      address.reset();
      expect(await call).toMatchObject({ outcome: 'rotated', session: { parentId: session.id } });
      expect(pair.replica.run('GET', `jwt:{${session.subject}}:s:${session.sid}`)).toContain(session.id);
      await waiting.close();
      proxied.close();
      await address.stop();
    });

    it('shares one WAIT between writes at the same time', async () => {
      await store.deny(newSubject(), 'a jti', HOUR, inTime());
      pair.primary.takeCommandCounts();
      await Promise.all(Array.from({ length: 100 }, () => store.deny(newSubject(), 'a jti', HOUR, inTime())));
      const { evalsha, wait } = pair.primary.takeCommandCounts();
      expect(evalsha).toBe(100);
      expect(wait).toBeLessThan(20);
    });

    it('reports too few replicas at the start', async () => {
      expect(await store.describeProblems()).toEqual([]);
      pair.replica.run('REPLICAOF', 'NO', 'ONE');
      await until(async () => (await store.describeProblems()).length === 1);
      expect(await store.describeProblems()).toEqual([
        expect.stringContaining('Redis has 0 replicas, and "waitForReplicas" is 1'),
      ]);
    });
  });

  it('works with a pool', async () => {
    const pair = await RedisPair.start();
    const pool = createClientPool({ url: pair.primary.url, keyPrefix: 'all:' });
    await pool.connect();
    const store = new RedisRevocationStore({ client: pool, waitForReplicas: 1 });
    const { subject, sid } = await openSession(store);
    expect(pair.replica.run('KEYS', '*').split('\n')).toContain(`all:jwt:{${subject}}:s:${sid}`);
    pair.link.swallow();
    await expect(store.endSession(subject, sid, inTime())).rejects.toThrow('Fewer than 1');
    await store.close();
    pool.destroy();
    await pair.stop();
  });

  const sentinelAt = ({ port }: RedisServer) => ({ name: 'primary', sentinelRootNodes: [{ host: '127.0.0.1', port }] });

  it.each<[string, (sentinel: RedisServer) => Promise<[RedisClient, () => void]>]>([
    [
      'ioredis',
      async ({ port }) => {
        const client = new Redis({ name: 'primary', sentinels: [{ host: '127.0.0.1', port }] });
        client.on('error', () => undefined);
        return [client, () => client.disconnect()];
      },
    ],
    [
      'redis',
      async (sentinel) => {
        const client = createSentinel({ ...sentinelAt(sentinel), keyPrefix: 'all:' });
        client.on('error', () => undefined);
        await client.connect();
        return [client, () => void client.destroy()];
      },
    ],
  ])('keeps what it answered through a fail-over by Sentinel: %s', async (_name, connect) => {
    const first = await RedisServer.start('--repl-diskless-sync-delay', '0');
    const second = await RedisServer.start('--replicaof', `127.0.0.1 ${first.port}`, '--repl-diskless-sync-delay', '0');
    const sentinel = await RedisSentinel.start(first);
    await until(() => first.run('INFO', 'replication').includes('state=online'));
    await until(() => sentinel.run('SENTINEL', 'REPLICAS', 'primary').includes(String(second.port)));
    const [client, close] = await connect(sentinel);
    const store = new RedisRevocationStore({ client, waitForReplicas: 1 });
    const [{ subject, sid }, { subject: other }] = [await openSession(store), await openSession(store)];
    await store.endSession(subject, sid, inTime());
    await until(() => sentinel.run('SENTINEL', 'FAILOVER', 'primary') === 'OK');
    await until(() => second.run('ROLE').startsWith('master'));
    const end = () => store.endSessions({ subject: other, before: null, except: null }, inTime()).catch(() => false);
    await until(end, 20_000);
    expect(second.run('KEYS', `*${other}*`)).not.toBe('');
    expect((await store.lookUp({ subject, sid, jti: null })).session).toBeNull();
    expect((await store.lookUp({ subject: other, sid: null, jti: null })).cutOff).not.toBeNull();
    await store.close();
    close();
    await Promise.all([first, second, sentinel].map((server) => server.stop()));
  });
});
