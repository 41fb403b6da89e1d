import { duration } from '../options/duration-variable.js';
import { readArguments } from './arguments.js';
import {
  newKey,
  publicFileOf,
  publicHalf,
  readAlgorithm,
  readKeyFile,
  writeKeyFiles,
  type FileKey,
} from './key-file.js';
import { Refusal, WrongUsage, type Command, type Terminal } from './terminal.js';

const HELP = `Usage: npx nestjs-jwt-extended keys rotate <file> [--kid <name>] [--announce]

Puts a new key in front of the list that "keys generate" wrote. The new key signs. The old key verifies its tokens until
they have expired, and only its public half stays in the file. Expired keys are removed.

  --announce               add the new key, and sign with the old one: for services that must know it first.
                           The next "keys rotate" without --announce signs with it.
  --retire-after <time>    how long the old key verifies, at least the longest lifetime of a token (default: 30d)
  --alg <algorithm>        the algorithm of the new key (default: that of the key that signs)
  --kid <name>             the name of the new key (default: the thumbprint of the key)
  --public <file>          the file of the public keys (default: keys.public.json for keys.json)
`;

/** `keys rotate`: a new key signs, and the old ones verify until their tokens have expired. */
export const rotateKeys: Command = { summary: 'put a new key in front of the old ones', help: HELP, run };

async function run(args: readonly string[], terminal: Terminal): Promise<void> {
  const { values, positionals } = readArguments(
    args,
    {
      announce: { type: 'boolean' },
      'retire-after': { type: 'string' },
      alg: { type: 'string' },
      kid: { type: 'string' },
      public: { type: 'string' },
    },
    1,
  );
  const [file] = positionals;
  if (file === undefined) throw new WrongUsage('The file is missing: keys rotate keys.json');
  const lifetime = readLifetime(values['retire-after'] ?? '30d');
  const now = Math.floor(Date.now() / 1000);
  const current = readKeyFile(terminal, file).filter(({ notAfter }) => notAfter === undefined || notAfter > now);
  const change = { file, ...values, retireAt: now + lifetime };
  const keys = values.announce ? announced(current, change) : rotated(current, change);
  writeKeyFiles(terminal, keys, { file, publicFile: values.public ?? publicFileOf(file) });
  for (const key of keys) terminal.print(`${describe(key)}\n`);
}

interface Change {
  readonly file: string;
  readonly alg?: string | undefined;
  readonly kid?: string | undefined;
  /** Seconds since 1970. */
  readonly retireAt: number;
}

function readLifetime(text: string): number {
  try {
    return Math.ceil(duration(text, '--retire-after'));
  } catch (error) {
    throw new WrongUsage((error as Error).message);
  }
}

function rotated(keys: readonly FileKey[], change: Change): FileKey[] {
  const next = keys.find(isAnnounced);
  if (next !== undefined && (change.kid !== undefined || change.alg !== undefined)) {
    throw new Refusal(`The key ${next.kid} is announced and signs next, so --kid and --alg are not possible.`);
  }
  const signing: FileKey = next === undefined ? freshKey(keys, change) : { ...next, use: 'sign' };
  const others = keys.filter((key) => key !== next);
  return [signing, ...others.map((key) => (key.use === 'sign' ? retired(key, change.retireAt) : key))];
}

function announced(keys: readonly FileKey[], change: Change): FileKey[] {
  const waiting = keys.find(isAnnounced);
  if (waiting !== undefined) {
    throw new Refusal(
      `The key ${waiting.kid} is announced already. Run "keys rotate" without --announce to sign with it.`,
    );
  }
  return [{ ...freshKey(keys, change), use: 'verify' }, ...keys];
}

/** A key that has not signed yet. The retired ones have an end. */
function isAnnounced({ use, notAfter, key }: FileKey): boolean {
  return use === 'verify' && notAfter === undefined && (key.d !== undefined || key.kty === 'oct');
}

function freshKey(keys: readonly FileKey[], { file, alg, kid }: Change): FileKey {
  const algorithm = alg ?? keys.find(({ use }) => use === 'sign')?.algorithm;
  if (algorithm === undefined) throw new Refusal(`${file} has no key that signs. Pass --alg for the new key.`);
  if (keys.some((key) => key.kid === kid))
    throw new Refusal(`${file} has a key with the name ${kid}. Pass another --kid.`);
  return newKey(readAlgorithm(algorithm), kid);
}

function retired(key: FileKey, notAfter: number): FileKey {
  return { kid: key.kid, algorithm: key.algorithm, use: 'verify', notAfter, key: publicHalf(key) };
}

function describe({ kid, algorithm, use, notAfter }: FileKey): string {
  if (use === 'sign') return `${kid} (${algorithm}) signs`;
  return `${kid} (${algorithm}) verifies${notAfter === undefined ? '' : ` until ${new Date(notAfter * 1000).toISOString()}`}`;
}
