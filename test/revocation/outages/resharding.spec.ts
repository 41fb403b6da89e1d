import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenPair } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../../support/adapters.js';
import { describeWithRedis, RedisClusterOfServers } from '../../support/redis-server.js';
import { SessionApp } from '../../support/session-app.js';
import { clusterDrivers, type Connected } from '../redis/drivers.js';

/** Look-ups and rotations a second. */
const PER_SECOND = 200;

/** How many users have sessions, and so how many slots move. */
const USERS = 20;

/** Which part of all requests may get 503. */
const MOST_UNAVAILABLE = 0.05;

/** How long the requests of a user may get 503 in addition to the time that a move takes, in milliseconds. */
const LONGEST_OUTAGE = 1_000;

describeWithRedis('A Redis Cluster whose slots move under load', () => {
  let cluster: RedisClusterOfServers;
  let connected: Connected;
  let app: SessionApp;
  beforeEach(async () => {
    cluster = await RedisClusterOfServers.start();
  });
  afterEach(async () => {
    await app.stop();
    connected.close();
    await cluster.stop();
  });

  it.each(clusterDrivers.slice(0, 2))('answers all requests correctly with $name', async (driver) => {
    connected = await driver.connect(cluster.nodes);
    app = await new SessionApp(ADAPTERS[0] as (typeof ADAPTERS)[number], connected.store, {}).start();
    const users = await Promise.all(Array.from({ length: USERS }, (_, user) => userOf(app, `user${user}`)));
    const load = new MixedLoad(app, users);
    await sleep(300);
    const keys = new Set(cluster.nodes.flatMap((node) => node.run('--raw', 'KEYS', '*}:u').split('\n')));
    let longestMove = 0;
    for (const key of [...keys].filter(Boolean)) {
      const began = performance.now();
      await cluster.moveSlot(key);
      longestMove = Math.max(longestMove, performance.now() - began);
    }
    await sleep(500);
    await load.stop();
    const { answered, wrong, unavailable, longest } = load;
    expect(wrong).toEqual([]);
    expect(answered).toBeGreaterThan(100);
    expect(unavailable / answered).toBeLessThan(MOST_UNAVAILABLE);
    expect(longest).toBeLessThan(longestMove + LONGEST_OUTAGE);
  });
});

/** A user with a session that goes on, and a session that was ended. */
interface User {
  tokens: TokenPair;
  readonly ended: TokenPair;
  isRotating: boolean;
  unavailableSince: number | null;
}

async function userOf(app: SessionApp, name: string): Promise<User> {
  const [tokens, ended] = [await app.logIn(name), await app.logIn(name)];
  await app.send('DELETE', '/logout', { token: ended.refreshToken });
  return { tokens, ended, isRotating: false, unavailableSince: null };
}

/** Look-ups of both sessions, and rotations. */
class MixedLoad {
  answered = 0;
  unavailable = 0;
  /** The longest time for which a user got 503, in milliseconds. */
  longest = 0;
  readonly wrong: string[] = [];
  private readonly timer: NodeJS.Timeout;
  private readonly open = new Set<Promise<void>>();
  private sent = 0;

  constructor(
    private readonly app: SessionApp,
    private readonly users: readonly User[],
  ) {
    this.timer = setInterval(() => this.next(), 1_000 / PER_SECOND);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.open);
  }

  private next(): void {
    const number = this.sent++;
    const user = this.users[number % this.users.length] as User;
    const kind = Math.floor(number / this.users.length) % 3;
    const request =
      kind === 0 ? this.ask(user, user.tokens, 200) : kind === 1 ? this.ask(user, user.ended, 401) : this.rotate(user);
    this.open.add(request);
    void request.then(() => this.open.delete(request));
  }

  private async ask(user: User, { accessToken }: TokenPair, expected: number): Promise<void> {
    const { status } = await this.app.get('/me', accessToken);
    this.record(user, 'look-up', status, expected);
  }

  private async rotate(user: User): Promise<void> {
    if (user.isRotating) return;
    user.isRotating = true;
    const { status, body } = await this.app.tryToRefresh(user.tokens);
    if (status === 201) user.tokens = body as TokenPair;
    user.isRotating = false;
    this.record(user, 'rotation', status, 201);
  }

  private record(user: User, kind: string, status: number, expected: number): void {
    this.answered++;
    if (status === 503) {
      this.unavailable++;
      user.unavailableSince ??= performance.now();
      return;
    }
    if (status !== expected) this.wrong.push(`${kind}: ${status} instead of ${expected}`);
    if (user.unavailableSince !== null) {
      this.longest = Math.max(this.longest, performance.now() - user.unavailableSince);
      user.unavailableSince = null;
    }
  }
}
