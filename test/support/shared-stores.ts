import type { WorkerSettings } from '../revocation/worker/worker-settings.js';
import { describeWithMariaDb, MariaDbServer } from './mariadb-server.js';
import { migrateMariaDb, migratePostgres } from './migrations.js';
import { describeWithPostgres, PostgresServer } from './postgres-server.js';
import { describeWithRedis, RedisServer } from './redis-server.js';
import { FOUR_MAKES, WorkerPool, type Make, type StoreServer } from './worker-pool.js';

/** A store that several processes share. */
export interface SharedStore {
  readonly name: string;
  /** How many times as long as on Redis a race takes on it. */
  readonly slowness: number;
  describe(name: string, body: () => void): void;
  /** Four processes on a server of their own. */
  start(settings?: Partial<WorkerSettings>): Promise<WorkerPool<StoreServer>>;
}

/** Databases and four processes on two busy cores take their time; a race is about what comes of it. */
const PATIENT: Partial<WorkerSettings> = { timeout: '10s' };

const fourMakesWith = (driver: Make['driver']): Make[] => FOUR_MAKES.map(({ adapter }) => ({ adapter, driver }));

const postgresWith = (name: string, server: Readonly<Record<string, string>> = {}): SharedStore => ({
  name,
  slowness: 5,
  describe: describeWithPostgres,
  async start(settings) {
    const started = await PostgresServer.start(server);
    await migratePostgres(started.url);
    return WorkerPool.startOn(started, fourMakesWith('pg'), { ...PATIENT, ...settings });
  },
});

const SHARED_STORES: readonly SharedStore[] = [
  {
    name: 'Redis',
    slowness: 1,
    describe: describeWithRedis,
    start: async (settings) => WorkerPool.startOn(await RedisServer.start(), FOUR_MAKES, settings),
  },
  postgresWith('PostgreSQL'),
  postgresWith('PostgreSQL, every transaction serializable', { default_transaction_isolation: 'serializable' }),
  {
    name: 'MariaDB',
    slowness: 5,
    describe: describeWithMariaDb,
    async start(settings) {
      const started = await MariaDbServer.start();
      await migrateMariaDb(started.url);
      return WorkerPool.startOn(started, fourMakesWith('mysql2'), { ...PATIENT, ...settings });
    },
  },
];

/** Describes something on each store that several processes can share, one after the other. */
export function describeOnSharedStores(name: string, body: (store: SharedStore) => void): void {
  for (const store of SHARED_STORES) store.describe(`${name} (${store.name})`, () => body(store));
}
