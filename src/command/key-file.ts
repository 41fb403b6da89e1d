import { createPublicKey, generateKeyPairSync, randomBytes, type JsonWebKey, type KeyObject } from 'node:crypto';
import { namedKey, type RingKey } from '../keys/ring-key.js';
import { publicJwks, thumbprint } from '../keys/public-jwk.js';
import { readKeyEntries, type KeyEntry } from '../options/key-entries.js';
import { ALGORITHMS, isAlgorithm, isHmac, type AlgorithmFacts, type JwtAlgorithm } from '../types/algorithms.js';
import { readText, writePrivateFile, writePublicFile } from './private-file.js';
import { Refusal, WrongUsage, type Terminal } from './terminal.js';

/** The length of new RSA keys (NIST SP 800-57 part 1, table 2: 128 bits of security). */
const RSA_BITS = 3072;

/** An entry of the file. The list of them is a value of the option `keys`. */
export interface FileKey {
  readonly kid: string;
  readonly algorithm: JwtAlgorithm;
  readonly use: 'sign' | 'verify';
  /** Seconds since 1970. */
  readonly notAfter?: number | undefined;
  readonly key: JsonWebKey;
}

/** The file of the public keys for a file of private keys: `keys.public.json` for `keys.json`. */
export function publicFileOf(file: string): string {
  return `${file.replace(/\.json$/, '')}.public.json`;
}

/** The argument `--alg`. @throws WrongUsage if there is no such algorithm */
export function readAlgorithm(name: string): JwtAlgorithm {
  if (isAlgorithm(name)) return name;
  throw new WrongUsage(`--alg must be one of ${Object.keys(ALGORITHMS).join(', ')}.`);
}

/** A new secret or key pair. */
export function newKey(algorithm: JwtAlgorithm, kid: string | undefined): FileKey {
  if (isHmac(algorithm)) {
    if (kid === undefined) throw new WrongUsage(`${algorithm} needs --kid: a secret has no name of its own.`);
    const k = randomBytes(ALGORITHMS[algorithm].hashBytes).toString('base64url');
    return { kid, algorithm, use: 'sign', key: { kty: 'oct', k } };
  }
  const key = newPrivateKey(algorithm);
  return {
    kid: kid ?? thumbprint(createPublicKey(key)),
    algorithm,
    use: 'sign',
    key: key.export({ format: 'jwk' }),
  };
}

/** A new private key for an algorithm with key pairs. */
export function newPrivateKey(algorithm: JwtAlgorithm): KeyObject {
  const { family, curve }: AlgorithmFacts = ALGORITHMS[algorithm];
  if (family === 'eddsa') return generateKeyPairSync('ed25519').privateKey;
  if (family === 'ecdsa') return generateKeyPairSync('ec', { namedCurve: curve ?? '' }).privateKey;
  return generateKeyPairSync('rsa', { modulusLength: RSA_BITS }).privateKey;
}

/** The key without its private half. A secret has one half only. */
export function publicHalf({ key }: FileKey): JsonWebKey {
  return key.kty === 'oct' || key.d === undefined
    ? key
    : createPublicKey({ key, format: 'jwk' }).export({ format: 'jwk' });
}

/** Reads the file that `keys generate` wrote. @throws Refusal if an application could not use it */
export function readKeyFile(terminal: Terminal, file: string): readonly FileKey[] {
  const found = parse(readText(terminal, file), file);
  prepared(found, file);
  return found as readonly FileKey[];
}

/** Writes the private keys, and the public keys as a JWK Set (RFC 7517 s.5). A list of secrets has no public keys. */
export function writeKeyFiles(
  terminal: Terminal,
  keys: readonly FileKey[],
  { file, publicFile }: { file: string; publicFile: string },
): void {
  const published = publicJwks(prepared(keys, file).map(({ verification }) => verification));
  writePrivateFile(terminal, file, `${JSON.stringify(keys, null, 2)}\n`);
  terminal.print(`${file}: the private keys, which only you can read (mode 600)\n`);
  if (published.length === 0) return;
  writePublicFile(terminal, publicFile, `${JSON.stringify({ keys: published }, null, 2)}\n`);
  terminal.print(`${publicFile}: the public keys, a JWK Set\n`);
}

/** The error of JSON.parse would show a part of a key. */
function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(`${file} is not JSON. "keys generate" writes a file for this command.`);
  }
}

/** Reads the list as the application does at its start. */
function prepared(keys: unknown, file: string): readonly RingKey[] {
  try {
    const entries: readonly KeyEntry[] = readKeyEntries(keys);
    return entries.map((entry) => namedKey(entry, false));
  } catch (error) {
    throw new Refusal(`${file} is not a list for the option "keys". ${(error as Error).message}`);
  }
}
