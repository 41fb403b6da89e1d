import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { readText } from './private-file.js';
import { Refusal, type Terminal } from './terminal.js';

/**
 * A token or key from a file, or from stdin. A terminal does not show what is typed or pasted, and its history does not have it.
 *
 * @param file a path; `-` or `undefined` is stdin
 */
export async function readInput(terminal: Terminal, file: string | undefined, name: string): Promise<string> {
  if (file !== undefined && file !== '-') return readText(terminal, file);
  if (terminal.stdin.isTTY !== true) return readAll(terminal.stdin);
  return readHiddenLine(terminal, name);
}

async function readAll(stdin: Terminal['stdin']): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stdin) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}

function readHiddenLine({ stdin, notify }: Terminal, name: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // With `terminal`, the interface reads single keys and writes them to its output, instead of the terminal.
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true });
  // From here on the terminal shows no key.
  notify(`Paste the ${name} and press Enter. It is not shown.\n`);
  return new Promise((resolve, reject) => {
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('close', () => reject(new Refusal(`No ${name} was entered.`)));
  });
}
