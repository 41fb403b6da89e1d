import { ADAPTERS } from '../../support/adapters.js';
import { markerKey, subjectKeys } from '../../../src/stores/redis/redis-keys.js';
import { describeWithRedis, RedisClusterOfServers } from '../../support/redis-server.js';
import { REVOKED, SessionApp } from '../../support/session-app.js';
import { sidOf } from '../../support/session-tokens.js';
import { inTime, openSession } from '../../support/store-calls.js';
import { until } from '../../support/until.js';
import { clusterDrivers, type Connected } from './drivers.js';

/** How long a process may trust what it remembers, in milliseconds. */
const STALENESS = 2_000;

/** Calls again while Redis refuses commands, because the keys of the subject are on two nodes. */
async function untilDone<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!String(error).includes('TRYAGAIN')) throw error;
    }
  }
}

describeWithRedis('The changes of a Redis Cluster whose slots move', () => {
  let cluster: RedisClusterOfServers;
  beforeAll(async () => {
    cluster = await RedisClusterOfServers.start();
  });
  afterAll(() => cluster.stop());

  const slotOf = (subject: string) => subjectKeys('jwt', subject).index;

  describe.each(clusterDrivers)('with $name', (driver) => {
    let reading: Connected;
    let writing: Connected;
    let reports: (string | null)[];
    beforeEach(async () => {
      reports = [];
      [reading, writing] = await Promise.all([driver.connect(cluster.nodes), driver.connect(cluster.nodes)]);
    });
    afterEach(async () => {
      for (const { store, close } of [reading, writing]) {
        await store.close();
        close();
      }
    });
    const watch = () => reading.store.watch((subject) => void reports.push(subject));

    it('are reported before, while and after the slot of the subject moves', async () => {
      const opened = await watch();
      const { subject } = await openSession(writing.store);
      for (let move = 0; move < 3; move++) {
        let isMoving = true;
        const moving = cluster.moveSlot(slotOf(subject)).then(() => (isMoving = false));
        while (isMoving) {
          const { sid } = await untilDone(() => openSession(writing.store, { subject }));
          reports = [];
          await untilDone(() => writing.store.endSession(subject, sid, inTime()));
          await until(() => reports.includes(subject), 1_000);
        }
        await moving;
      }
      await opened.ping();
      opened.close();
    });

    it('have a gap if the slot of the marker of a node moves, and are reported by the next watch', async () => {
      const opened = await watch();
      await opened.ping();
      for (let name = 0; name < 3; name++) await cluster.moveSlot(markerKey('jwt', name));
      await expect(opened.ping()).rejects.toThrow();
      opened.close();
      const next = await watch();
      await next.ping();
      const { subject, sid } = await openSession(writing.store);
      reports = [];
      await writing.store.endSession(subject, sid, inTime());
      await until(() => reports.includes(subject), 1_000);
      next.close();
    });
  });

  it.each(clusterDrivers.slice(0, 2))('revoke in other processes within the staleness, with $name', async (driver) => {
    const connected = await Promise.all([driver.connect(cluster.nodes), driver.connect(cluster.nodes)]);
    const local = { staleness: `${STALENESS / 1_000}s`, push: true } as const;
    const apps = await Promise.all(
      connected.map(({ store }, index) =>
        new SessionApp(ADAPTERS[index] as (typeof ADAPTERS)[number], store, { revocation: { local } }).start(),
      ),
    );
    const [reader, writer] = apps as [SessionApp, SessionApp];
    for (const isMarkerMoved of [false, true]) {
      const tokens = await writer.logIn();
      const me = () => reader.get('/me', tokens.accessToken);
      await until(async () => (await me()).status === 200);
      const [subject = ''] = sidOf(tokens.refreshToken).split('.');
      await cluster.moveSlot(slotOf(subject));
      if (isMarkerMoved) for (let name = 0; name < 3; name++) await cluster.moveSlot(markerKey('jwt', name));
      expect((await me()).status).toBe(200);
      await until(async () => (await writer.send('DELETE', '/logout', { token: tokens.refreshToken })).status !== 503);
      await until(async () => (await me()).status === 401, STALENESS);
      expect(await me()).toEqual(REVOKED);
    }
    await Promise.all(apps.map((app) => app.stop()));
    for (const { close } of connected) close();
  });
});
