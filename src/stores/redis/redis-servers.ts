import { timeOf } from './redis-clock.js';
import type { RedisCommands } from './redis-commands.js';

/** Clocks that differ by more, in milliseconds, leave writes too little of the default `timeout`. */
const MAX_CLOCK_DIFFERENCE = 250;

type Info = ReadonlyMap<string, string>;

/** What `INFO` of a server can show to be wrong. */
const CHECKS: readonly ((info: Info, isCluster: boolean, replicas: number) => string | false)[] = [
  (info) =>
    Number(info.get('maxmemory')) > 0 &&
    info.get('maxmemory_policy') !== 'noeviction' &&
    'Redis evicts sessions and revoked tokens when its memory is full ' +
      `(maxmemory-policy ${info.get('maxmemory_policy')}): set "maxmemory-policy noeviction".`,
  (info, _isCluster, replicas) =>
    Number(info.get('connected_slaves')) < replicas &&
    `Redis has ${info.get('connected_slaves')} replicas, and "waitForReplicas" is ${replicas}: it refuses each log-in and log-out.`,
  (info) =>
    info.get('role') === 'slave' &&
    'Redis is a replica: it refuses writes, and it receives a log-out later. Connect to its primary.',
  (info, isCluster) =>
    info.get('redis_mode') === 'cluster' &&
    !isCluster &&
    'Redis is one node of a cluster: use createCluster() of "redis", or Cluster of "ioredis".',
];

/** What is wrong with the settings of the servers, one sentence per problem. A server may refuse `INFO`. */
export async function describeServers(commands: RedisCommands, replicas = 0): Promise<string[]> {
  if (!commands.isOpen()) return ['The Redis client is not connected: await client.connect() before the start.'];
  const connections = await Promise.all((await commands.primaries()).map(async (connection) => connection));
  const infos = await Promise.all(
    connections.map(async (connection) => parseInfo(await unlessRefused(connection.info()))),
  );
  const problems = infos.flatMap((info) => CHECKS.map((check) => check(info, commands.isCluster, replicas)));
  const times = await Promise.all(connections.map(timeOf));
  problems.push(clockProblem(Math.max(...times) - Math.min(...times)));
  return [...new Set(problems.filter((problem) => problem !== false))];
}

function clockProblem(difference: number): string | false {
  if (difference < MAX_CLOCK_DIFFERENCE) return false;
  return `The clocks of the Redis nodes differ by ${difference} ms, so writes have less time: synchronise the clocks.`;
}

async function unlessRefused(reply: Promise<unknown>): Promise<unknown> {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof Error && /^(NOPERM|ERR unknown command)/.test(error.message)) return '';
    throw error;
  }
}

function parseInfo(reply: unknown): Info {
  const lines = String(reply).matchAll(/^([^#:\r\n]+):([^\r\n]*)/gm);
  return new Map(Array.from(lines, ([, name = '', value = '']) => [name, value]));
}
