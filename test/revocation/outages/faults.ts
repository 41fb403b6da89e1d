import type { RevocationStore } from 'nestjs-jwt-extended/store';
import type { RedisServer } from '../../support/redis-server.js';
import type { TcpProxy } from '../../support/tcp-proxy.js';
import type { StoreServer } from '../../support/worker-pool.js';

/** The faults, in the order in which a client meets them. */
export const FAULTS = [
  'half-open',
  'refused',
  'stopped',
  'restarted',
  'with data',
  'read-only',
  'full',
  'locked',
  'fail-over',
] as const;

export type FaultName = (typeof FAULTS)[number];

export interface Fault {
  begin(): unknown;
  end(): unknown;
}

/** A store on a client, with the faults that its servers can have. */
export interface Deployment {
  readonly store: RevocationStore;
  readonly faults: Partial<Record<FaultName, Fault>>;
  stop(): Promise<unknown>;
}

/** A client as the documentation sets it up. */
export interface TestedClient {
  readonly name: string;
  /** The faults that `start` returns. */
  readonly faults: readonly FaultName[];
  describe(name: string, body: () => void): void;
  start(): Promise<Deployment>;
}

/** Faults of the network between an application and its servers. */
export const networkFaults = (...proxies: TcpProxy[]) => ({
  'half-open': {
    begin: () => proxies.forEach((proxy) => proxy.swallow()),
    end: () => proxies.forEach((proxy) => proxy.forward()),
  },
  refused: {
    begin: () => Promise.all(proxies.map((proxy) => proxy.refuse())),
    end: () => Promise.all(proxies.map((proxy) => proxy.accept())),
  },
});

/** Faults of the processes of the servers. */
export const processFaults = (...servers: StoreServer[]) => ({
  stopped: {
    begin: () => servers.forEach((server) => server.pause()),
    end: () => servers.forEach((server) => server.resume()),
  },
  restarted: {
    begin: () => Promise.all(servers.map((server) => server.kill())),
    end: () => Promise.all(servers.map((server) => server.start())),
  },
});

/** Faults that only Redis has. */
export function redisFaults(...servers: RedisServer[]) {
  const runAll = (...command: string[]) => servers.forEach((server) => server.run(...command));
  const { restarted } = processFaults(...servers);
  return {
    'with data': {
      begin() {
        runAll('SAVE');
        return restarted.begin();
      },
      end: restarted.end,
    },
    full: {
      begin: () => runAll('CONFIG', 'SET', 'maxmemory', '1'),
      end: () => runAll('CONFIG', 'SET', 'maxmemory', '0'),
    },
  };
}

/** No server runs at that address, so the replica does not replace its data. */
export const readOnlyRedis = (server: RedisServer): Fault => ({
  begin: () => server.run('REPLICAOF', '127.0.0.1', '1'),
  end: () => server.run('REPLICAOF', 'NO', 'ONE'),
});
