// Fills a Redis without the store: `redis-cli --pipe` sends the commands.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hash } from 'node:crypto';
import { chunksOf } from './sql-loading.mjs';

const COMMANDS_AT_ONCE = 10_000;
const PREFIX = 'jwt';

const FIELDS = [
  'currentId',
  'parentId',
  'issuedAt',
  'csrf',
  'rotatedAt',
  'lastUsedAt',
  'refreshExpires',
  'expiresAt',
  'sid',
  'openedAt',
  'device',
];

/** Sends commands, and fails if Redis refuses one. */
export async function sendAll(port, commands) {
  const client = spawn('redis-cli', ['-p', String(port), '--pipe'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  client.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  for (const chunk of chunksOf(commands, COMMANDS_AT_ONCE)) {
    if (!client.stdin.write(chunk.map(toProtocol).join(''))) await once(client.stdin, 'drain');
  }
  client.stdin.end();
  await once(client, 'close');
  if (!output.includes('errors: 0,')) throw new Error(`redis-cli: ${output}`);
}

/** The commands that write all sessions of a subject, as the scripts of RedisRevocationStore leave them. */
export function* sessionCommands(subject, sessions) {
  const key = keysOf(subject);
  for (const session of sessions) {
    yield ['SET', `${key}:s:${session.sid}`, sessionValue(session), 'PXAT', session.expiresAt];
  }
  const last = Math.max(...sessions.map(({ expiresAt }) => expiresAt));
  const order = sessions.flatMap(({ sid, lastUsedAt }) => [lastUsedAt * 1000, sid]);
  yield ['ZADD', `${key}:u`, ...sessions.flatMap(({ sid, expiresAt }) => [expiresAt, sid])];
  yield ['ZADD', `${key}:o`, ...order];
  yield ['PEXPIREAT', `${key}:u`, last + 1];
  yield ['PEXPIREAT', `${key}:o`, last + 1];
}

export function denialCommand({ subject, jti, until }) {
  return ['SET', `${keysOf(subject)}:j:${jti}`, '1', 'PXAT', until];
}

function keysOf(subject) {
  return `${PREFIX}:{${subject}}`;
}

function sessionValue(session) {
  const call = hash('sha256', session.sid, 'base64url').slice(0, 12);
  const fields = Object.fromEntries(FIELDS.map((field) => [field, session[field]]));
  return JSON.stringify({ session: fields, generation: 0, call });
}

function toProtocol(command) {
  const words = command.map(String);
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
