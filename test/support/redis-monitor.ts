import { createClient } from 'redis';
import * as scripts from '../../src/stores/redis/redis-scripts.js';
import { until } from './until.js';

/** What one script, or another command of the store, has done. */
export interface Run {
  /** The name of the script or of the command. */
  readonly name: string;
  /** How many commands the script has sent. */
  commands: number;
  /** The keys of sessions and notes that it has used. */
  readonly keys: Set<string>;
  /** The largest number of members that one of its commands can have read or removed. */
  members: number;
}

/** The names of the scripts, by their hashes and by their texts. */
const NAMES = new Map(
  Object.entries(scripts).flatMap(([name, { text, sha1 }]) => [sha1, text].map((key) => [key, name])),
);

/** Commands of the store outside of scripts whose work depends on their arguments. */
const PLAIN = ['MGET', 'ZRANGE'];

const END = 'the end of the record';

/** Records what each script and command of the store does (`MONITOR`). Its work is counted, because its time depends on the load of the machine. */
export class RedisMonitor {
  private runs: Run[] = [];
  private isOver = false;

  private constructor(private readonly client: ReturnType<typeof createClient>) {}

  static async start(url: string): Promise<RedisMonitor> {
    const client = await createClient({ url }).connect();
    const monitor = new RedisMonitor(client as ReturnType<typeof createClient>);
    await client.monitor((line) => monitor.record(String(line)));
    return monitor;
  }

  /** The runs since the last call, in their order. */
  async take(server: { run(...command: string[]): string }): Promise<Run[]> {
    this.isOver = false;
    server.run('ECHO', END);
    await until(() => this.isOver);
    return this.runs.splice(0);
  }

  stop(): void {
    this.client.destroy();
  }

  private record(line: string): void {
    const [, source = '', text = ''] = /^\S+ \[\d+ ([^\]]+)\] (.*)$/s.exec(line) ?? [];
    const words = Array.from(text.matchAll(/"(?:[^"\\]|\\.)*"/gs), ([word]) => unescaped(word));
    const [name = '', ...args] = [words[0]?.toUpperCase(), ...words.slice(1)];
    if (name === 'ECHO') this.isOver ||= args[0] === END;
    if (source !== 'lua') {
      if (name.startsWith('EVAL')) this.begin(NAMES.get(args[0] ?? '') ?? name);
      if (!PLAIN.includes(name)) return;
      this.begin(name);
    }
    const run = this.runs.at(-1);
    if (run === undefined) return;
    run.commands++;
    for (const key of name === 'MGET' ? args : args.slice(0, 1)) if (OF_ONE.test(key)) run.keys.add(key);
    run.members = Math.max(run.members, membersOf(name, args));
  }

  private begin(name: string): void {
    this.runs.push({ name, commands: 0, keys: new Set(), members: 0 });
  }
}

/** The key of a session or of a note. */
const OF_ONE = /:[sej]:/;

function unescaped(word: string): string {
  try {
    return JSON.parse(word) as string;
  } catch {
    // A byte that JSON writes in another way.
    return word.slice(1, -1);
  }
}

/** How many members of a sorted set a command can read or remove at most. */
function membersOf(name: string, [key = '', ...words]: string[]): number {
  if (name === 'ZADD' || name === 'ZREM') return words.length;
  if (name === 'ZRANGE' || name === 'ZREMRANGEBYRANK') return placesOf(Number(words[0]), Number(words[1]));
  if (/^Z(REV)?RANGEBYSCORE$/.test(name)) {
    const limit = words.findIndex((word) => word.toUpperCase() === 'LIMIT');
    return limit < 0 ? Infinity : Number(words[limit + 2]);
  }
  if (name.startsWith('ZREMRANGE')) return Infinity;
  // UNLINK and RENAME take the same time for each set.
  return name === 'DEL' && !OF_ONE.test(key) ? Infinity : 0;
}

function placesOf(first: number, last: number): number {
  return first < 0 === last < 0 ? last - first + 1 : Infinity;
}
