import { randomBytes } from 'node:crypto';
import { readArguments } from './arguments.js';
import { readTextIfAny, writePrivateFile } from './private-file.js';
import { Refusal, WrongUsage, type Command, type Terminal } from './terminal.js';

/** As many bytes as the longest hash has, so that the secret is good for HS256, HS384 and HS512. */
const BYTES = 64;

const HELP = `Usage: npx nestjs-jwt-extended secret [--env <file>] [--name <variable>] [--force]

Makes a random secret for HS256, HS384 or HS512 and prints it once.

  --env <file>       write the secret to this file, with mode 600, instead of printing it
  --name <variable>  the name in that file (default: JWT_SECRET_KEY)
  --force            replace a secret that is in the file: all its tokens are refused then
`;

/** `secret`: prints a secret, or writes it to a file of variables. */
export const secret: Command = { summary: 'make a secret, and print it or write it to .env', help: HELP, run };

async function run(args: readonly string[], terminal: Terminal): Promise<void> {
  const { values } = readArguments(
    args,
    { env: { type: 'string' }, name: { type: 'string' }, force: { type: 'boolean' } },
    0,
  );
  const { env: file, name = 'JWT_SECRET_KEY', force = false } = values;
  if (!/^[A-Za-z_]\w*$/.test(name))
    throw new WrongUsage('--name must be the name of a variable, such as JWT_SECRET_KEY.');
  const made = randomBytes(BYTES).toString('hex');
  if (file === undefined) {
    if (values.name !== undefined || force) throw new WrongUsage('--name and --force need --env.');
    return terminal.print(`${made}\n`);
  }
  const text = withVariable(readTextIfAny(terminal, file) ?? '', { name, value: made });
  if (text.replaced && !force) {
    throw new Refusal(
      `${file} has a value for ${name}, which is not overwritten: its tokens would be refused. ` +
        'To change a secret without logging users out, see the page about keys. --force replaces it.',
    );
  }
  writePrivateFile(terminal, file, text.content);
  terminal.notify(`${name} is in ${file} now, which only you can read (mode 600).\n`);
}

/** The text of a file of variables with one more. A line of that name without a value is filled in. */
function withVariable(content: string, { name, value }: { name: string; value: string }) {
  const line = new RegExp(`^[ \\t]*(?:export[ \\t]+)?${name}[ \\t]*=[ \\t]*(.*)$`, 'gm');
  const assigned = [...content.matchAll(line)];
  const replaced = assigned.some(([, text = '']) => !/^(?:""|''|``)?\s*(?:#.*)?$/.test(text));
  if (assigned.length > 0) return { replaced, content: content.replace(line, `${name}=${value}`) };
  const separator = content === '' || content.endsWith('\n') ? '' : '\n';
  return { replaced, content: `${content}${separator}${name}=${value}\n` };
}
