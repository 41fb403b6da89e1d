import { MemoryRevocationStore, type RevocationStore } from 'nestjs-jwt-extended';
import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import type { Environment } from '../environment/environment.js';

/** A store, and how to take leave of it. */
export interface OpenStore {
  readonly store: RevocationStore;
  close(): void;
}

/** Redis is loaded only where it is used. */
export async function openStore({ redisUrl }: Environment): Promise<OpenStore> {
  if (redisUrl === null) return { store: new MemoryRevocationStore(), close: () => undefined };
  const { createClient } = await import('redis');
  const client = await createClient({ url: redisUrl, disableOfflineQueue: true }).connect();
  return { store: new RedisRevocationStore({ client, prefix: 'sample' }), close: () => client.destroy() };
}
