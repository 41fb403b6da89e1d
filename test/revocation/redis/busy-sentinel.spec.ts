import { setTimeout as sleep } from 'node:timers/promises';
import { RedisRevocationStore, type RedisClient } from 'nestjs-jwt-extended/redis';
import { createSentinel } from 'redis';
import { createSentinel as createSentinel5 } from 'redis-5';
import { describeWithRedis, RedisSentinel, RedisServer } from '../../support/redis-server.js';
import { newSubject } from '../../support/store-calls.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

/** How long an answer of the server takes, and the pause between two calls, in milliseconds. */
const LATENCY = 20;
const PAUSE = 5;

/** The store works on a connection of its own. `redis` 5 cannot make one. */
const CLIENTS: Record<string, (port: number) => RedisClient & { connect(): Promise<unknown>; destroy(): unknown }> = {
  'redis 6': (port) => createSentinel(optionsFor(port)),
  'redis 5 and its option "reserveClient"': (port) => createSentinel5({ ...optionsFor(port), reserveClient: true }),
};

const optionsFor = (port: number) => ({ name: 'primary', sentinelRootNodes: [{ host: '127.0.0.1', port }] });

describeWithRedis('A store on createSentinel() that gets calls without a pause', () => {
  let server: RedisServer;
  let proxy: TcpProxy;
  let sentinel: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
    proxy = await TcpProxy.start(server.port);
    sentinel = await RedisSentinel.start(proxy);
  });
  afterAll(() => Promise.all([proxy, sentinel, server].map((each) => each.stop())));

  it.each(Object.keys(CLIENTS))('answers each of several calls of one turn, with %s', async (name) => {
    const client = (CLIENTS[name] as (typeof CLIENTS)[string])(sentinel.port);
    client.on('error', () => undefined);
    await client.connect();
    const store = new RedisRevocationStore({ client });
    const lookUp = () => store.lookUp({ subject: newSubject(), sid: null, jti: 'a jti' });
    await lookUp();
    proxy.delayAnswers(() => LATENCY);
    const together = Promise.all([lookUp(), lookUp(), lookUp()]).then(() => 'answered');
    const following: Promise<unknown>[] = [];
    const load = setInterval(() => following.push(lookUp()), PAUSE);
    const outcome = await Promise.race([together, sleep(1_000, 'not answered')]);
    clearInterval(load);
    proxy.delayAnswers(() => 0);
    await Promise.all(following);
    await store.close();
    await client.destroy();
    expect(outcome).toBe('answered');
  });
});
