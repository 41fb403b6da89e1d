import type { OwnConnection } from './own-connection.js';
import { isReply } from './redis-answers.js';
import type { RedisCommands } from './redis-commands.js';

/** The commands of the store on its own connection. */
export function ownCommands(own: OwnConnection, { isCluster }: RedisCommands): RedisCommands {
  return {
    mget: (keys) =>
      own.commands === null ? own.open().then((commands) => commands.mget(keys)) : own.commands.mget(keys),
    members: (key, first, last) => on(own, (commands) => commands.members(key, first, last)),
    run: async (script, keys, args) => {
      try {
        return await againAfterLoss(own, (commands) => commands.run(script, keys, args));
      } catch (error) {
        if (isReadOnly(error)) own.replace();
        throw error;
      }
    },
    // It opens the connection itself.
    isOpen: () => true,
    isCluster,
    primaries: () => own.commands?.primaries() ?? own.open().then((commands) => commands.primaries()),
  };
}

/** The commands for work that no call waits for. After `close()` they reject, where others would open another connection. */
export function untilClosed(own: OwnConnection, commands: RedisCommands): RedisCommands {
  const check = own.checkForClose();
  const checked = async <T>(work: () => Promise<T>): Promise<T> => {
    check();
    return work();
  };
  return {
    ...commands,
    mget: (keys) => checked(() => commands.mget(keys)),
    members: (key, first, last) => checked(() => commands.members(key, first, last)),
    run: (script, keys, args) => checked(() => commands.run(script, keys, args)),
    primaries: () => checked(async () => commands.primaries()),
  };
}

/**
 * Runs scripts. If the connection is lost before the answer, they run again on another one. A script that Redis has run already
 * changes nothing the second time, and answers the same.
 */
export async function againAfterLoss<T>(own: OwnConnection, work: (commands: RedisCommands) => Promise<T>): Promise<T> {
  try {
    return await on(own, work);
  } catch (error) {
    if (isReply(error) || !own.isInUse) throw error;
    return work(await own.open());
  }
}

/** Whether the server is a replica. After a fail-over, the name of the server can belong to another one. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('READONLY');
}

/** Without a promise of its own while the connection is open. */
function on<T>(own: OwnConnection, work: (commands: RedisCommands) => Promise<T>): Promise<T> {
  return own.commands === null ? own.open().then(work) : work(own.commands);
}
