import type { NodeRedisClient } from 'nestjs-jwt-extended/redis';
import { subjectKeys } from '../../../src/stores/redis/redis-keys.js';
import type { SeededStore } from '../decisions/describe-decisions.js';
import type { Connected } from './drivers.js';

interface Client extends NodeRedisClient {
  sendCommand(command: string[]): Promise<unknown>;
}

/** A store into which a test can put sessions of the past: it writes the keys that the scripts write. */
export function seededStore({ client, store }: Connected): SeededStore {
  const { sendCommand } = client as Client;
  const send = (...command: (string | number)[]) => sendCommand.call(client, command.map(String));
  return {
    store,
    async put(subject, { record, keepUntil }) {
      const keys = subjectKeys('jwt', subject);
      const { currentId, parentId, issuedAt, csrf, rotatedAt, lastUsedAt, refreshExpires, expiresAt, ...kept } = record;
      const token = { currentId, parentId, issuedAt, csrf, rotatedAt, lastUsedAt, refreshExpires, expiresAt };
      const { sid, openedAt, device } = kept;
      const session = { ...token, sid, openedAt, device };
      const text = JSON.stringify({ session, generation: 0, call: 'test' });
      await send('SET', keys.session(record.sid), text);
      await send('ZADD', keys.index, keepUntil ?? '+inf', record.sid);
      await send('ZADD', keys.order, record.lastUsedAt * 1_000, record.sid);
      if (keepUntil !== null) await send('PEXPIREAT', keys.session(record.sid), keepUntil);
    },
  };
}
