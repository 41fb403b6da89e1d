import { createPublicKey } from 'node:crypto';
import { isHmac, type JwtAlgorithm } from '../types/algorithms.js';
import { readArguments } from './arguments.js';
import { newKey, newPrivateKey, publicFileOf, readAlgorithm, writeKeyFiles } from './key-file.js';
import { refuseExisting, writePrivateFile, writePublicFile } from './private-file.js';
import { WrongUsage, type Command, type Terminal } from './terminal.js';

const HELP = `Usage: npx nestjs-jwt-extended keys generate [--alg ES256] [--kid <name>] [--out keys.json]

Makes a key, and writes two files: the list for the option "keys", with mode 600, and the public keys as a JWK Set.
An existing file is never overwritten.

  --alg <algorithm>  HS256 to HS512, RS256 to RS512, PS256 to PS512, ES256 to ES512, ES256K, EdDSA (default: ES256)
  --kid <name>       the name of the key in the header of tokens (default: the thumbprint of the key)
  --out <file>       the file of the private key (default: keys.json, or private.pem)
  --public <file>    the file of the public key (default: keys.public.json, or public.pem)
  --pem              write PEM instead, for the options "privateKey" and "publicKey"
`;

/** `keys generate`: a new key in two files. */
export const generateKeys: Command = { summary: 'make a key pair, and write it to files', help: HELP, run };

async function run(args: readonly string[], terminal: Terminal): Promise<void> {
  const { values } = readArguments(
    args,
    {
      alg: { type: 'string' },
      kid: { type: 'string' },
      out: { type: 'string' },
      public: { type: 'string' },
      pem: { type: 'boolean' },
    },
    0,
  );
  const algorithm = readAlgorithm(values.alg ?? 'ES256');
  if (values.kid === '') throw new WrongUsage('--kid must not be empty.');
  const { out: file = values.pem ? 'private.pem' : 'keys.json' } = values;
  const publicFile = values.public ?? (values.pem ? 'public.pem' : publicFileOf(file));
  for (const path of [file, publicFile]) refuseExisting(terminal, path);
  if (values.pem) return writePem(terminal, algorithm, { file, publicFile, kid: values.kid });
  const key = newKey(algorithm, values.kid);
  writeKeyFiles(terminal, [key], { file, publicFile });
  terminal.print(`The key ${key.kid} signs with ${algorithm}. Pass the list in ${file} as the option "keys".\n`);
}

interface PemTarget {
  readonly file: string;
  readonly publicFile: string;
  readonly kid: string | undefined;
}

function writePem(terminal: Terminal, algorithm: JwtAlgorithm, { file, publicFile, kid }: PemTarget): void {
  if (isHmac(algorithm)) throw new WrongUsage(`${algorithm} has no PEM. Use the command "secret".`);
  if (kid !== undefined) throw new WrongUsage('--kid is not for --pem: PEM has no name of the key.');
  const key = newPrivateKey(algorithm);
  writePrivateFile(terminal, file, key.export({ format: 'pem', type: 'pkcs8' }).toString());
  writePublicFile(terminal, publicFile, createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString());
  terminal.print(`${file}: the private key, which only you can read (mode 600)\n${publicFile}: the public key\n`);
}
