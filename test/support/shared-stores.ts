import type { WorkerSettings } from '../revocation/worker/worker-settings.js';
import { describeWithMariaDb, MariaDbServer } from './mariadb-server.js';
import { migrateMariaDb, migratePostgres } from './migrations.js';
import { describeWithPostgres, PostgresServer } from './postgres-server.js';
import { describeWithRedis, RedisServer } from './redis-server.js';
import { FOUR_MAKES, WorkerPool, type Make, type StoreServer } from './worker-pool.js';

/** A store that several processes share. */
export interface SharedStore {
  readonly name: string;
  /** The duration of a race on this store, divided by that on Redis. A slow store runs fewer rounds. */
  readonly slowness: number;
  /** The number of simultaneous requests. */
  readonly crowd: number;
  describe(name: string, body: () => void): void;
  /** Starts four processes with a server of their own. */
  start(settings?: Partial<WorkerSettings>): Promise<WorkerPool<StoreServer>>;
}

/** A server and four processes are slow on two busy cores, and a race must not end in a 503 for this reason. */
const PATIENT: Partial<WorkerSettings> = { timeout: '10s' };

/** The same for pools, in which a thousand simultaneous requests wait for a few new connections. */
const PATIENT_POOLS = {
  pg: { connectionTimeoutMillis: 10_000, statement_timeout: 11_000, query_timeout: 12_000 },
  mysql2: { connectTimeout: 10_000 },
};

const fourMakesWith = (driver: Make['driver']): Make[] => FOUR_MAKES.map(({ adapter }) => ({ adapter, driver }));

const postgresWith = (name: string, crowd: number, server: Readonly<Record<string, string>> = {}): SharedStore => ({
  name,
  slowness: 10,
  crowd,
  describe: describeWithPostgres,
  async start(settings) {
    const started = await PostgresServer.start(server);
    await migratePostgres(started.url);
    return WorkerPool.startOn(started, fourMakesWith('pg'), {
      ...PATIENT,
      clientOptions: PATIENT_POOLS.pg,
      ...settings,
    });
  },
});

const SHARED_STORES: readonly SharedStore[] = [
  {
    name: 'Redis',
    slowness: 1,
    crowd: 1_000,
    describe: describeWithRedis,
    start: async (settings) => WorkerPool.startOn(await RedisServer.start(), FOUR_MAKES, { ...PATIENT, ...settings }),
  },
  postgresWith('PostgreSQL', 1_000),
  {
    name: 'MariaDB',
    slowness: 10,
    crowd: 1_000,
    describe: describeWithMariaDb,
    async start(settings) {
      const started = await MariaDbServer.start();
      await migrateMariaDb(started.url);
      return WorkerPool.startOn(started, fourMakesWith('mysql2'), {
        ...PATIENT,
        clientOptions: PATIENT_POOLS.mysql2,
        ...settings,
      });
    },
  },
];

/** Stores in which concurrent writes fail and are retried, so that many of them take time. */
export const SERIALIZABLE = postgresWith('PostgreSQL, every transaction serializable', 200, {
  default_transaction_isolation: 'serializable',
});

/** Describes tests on each store that several processes can share, and on further stores. */
export function describeOnSharedStores(
  name: string,
  body: (store: SharedStore) => void,
  furtherStores: readonly SharedStore[] = [],
): void {
  for (const store of [...SHARED_STORES, ...furtherStores])
    store.describe(`${name} (${store.name})`, () => body(store));
}
