import type { OwnConnection } from './own-connection.js';
import { isReply } from './redis-answers.js';
import type { RedisCommands } from './redis-commands.js';

/** The commands of the store on its own connection. */
export function ownCommands(own: OwnConnection, { isCluster }: RedisCommands): RedisCommands {
  /** Without a promise of its own while the connection is open. */
  const on = <T>(work: (commands: RedisCommands) => Promise<T>): Promise<T> =>
    own.commands === null ? own.open().then(work) : work(own.commands);
  return {
    mget: (keys) =>
      own.commands === null ? own.open().then((commands) => commands.mget(keys)) : own.commands.mget(keys),
    members: (key, first, last) => on((commands) => commands.members(key, first, last)),
    run: async (script, keys, args) => {
      try {
        return await on((commands) => commands.run(script, keys, args));
      } catch (error) {
        if (error instanceof Error && error.message.startsWith('READONLY')) own.replace();
        if (isReply(error) || !own.isInUse) throw error;
        // The connection is lost. A script that Redis has run already changes nothing the second time, and answers the same.
        return (await own.open()).run(script, keys, args);
      }
    },
    // It opens the connection itself.
    isOpen: () => true,
    isCluster,
    primaries: () => own.commands?.primaries() ?? own.open().then((commands) => commands.primaries()),
  };
}
