import { readArguments } from './arguments.js';
import { readInput } from './input.js';
import { Refusal, WrongUsage, type Command, type Terminal } from './terminal.js';

const HELP = `Usage: npx nestjs-jwt-extended inspect <token>
       npx nestjs-jwt-extended inspect - < token.txt

Prints the header and the claims of a token as JSON. Nothing is verified, and the signature is not shown.
Pass - or nothing, so that the token is not in the history of the shell: it is read from stdin, or pasted unseen.

  --file <file>  read the token from a file
`;

/** `inspect`: the header and the claims of a token, unverified. */
export const inspect: Command = { summary: 'show the header and the claims of a token, unverified', help: HELP, run };

/** The claims that are times, in seconds since 1970 (RFC 7519 s.4.1). */
const TIMES = { iat: 'issued', nbf: 'valid from', exp: 'expires' } as const;

async function run(args: readonly string[], terminal: Terminal): Promise<void> {
  const { values, positionals } = readArguments(args, { file: { type: 'string' } }, 1);
  const [argument] = positionals;
  if (argument !== undefined && values.file !== undefined) throw new WrongUsage('Pass a token or --file, not both.');
  const isText = argument !== undefined && argument !== '-';
  if (isText) terminal.notify('The history of the shell may have this token now. Pass - instead, and paste it.\n');
  const { header, payload } = parse(isText ? argument : await readInput(terminal, values.file, 'token'));
  terminal.notify('The token is NOT verified: anyone can write such a header and such claims.\n');
  terminal.print(`${printable(JSON.stringify({ header, payload }, null, 2))}\n`);
  terminal.notify(timesOf(payload));
}

/** The parts of a compact JWS (RFC 7515 s.3.1). The signature is left out. */
function parse(text: string): { header: object; payload: object } {
  const token = text
    .trim()
    .replace(/^(["'])(.*)\1$/s, '$2')
    .replace(/^(?:authorization: *)?(?:bearer|jwt) +/i, '');
  const parts = token.split('.');
  if (token === '') throw new Refusal('There is no token.');
  if (parts.length === 5) throw new Refusal('The token is encrypted (JWE). Only its receiver can read it.');
  if (parts.length !== 3)
    throw new Refusal(`A token has three parts with dots between them; this text has ${parts.length}.`);
  return { header: partOf(parts, 0), payload: partOf(parts, 1) };
}

function partOf(parts: readonly string[], index: 0 | 1): object {
  const name = ['header', 'payload'][index];
  const part = parts[index] ?? '';
  if (!/^[\w-]+$/.test(part)) throw new Refusal(`The ${name} of the token is not base64url.`);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    throw new Refusal(`The ${name} of the token is not JSON.`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new Refusal(`The ${name} of the token is not a JSON object.`);
}

/** Escapes the characters that a terminal obeys, or that reverse a line. JSON.stringify() escapes those below U+0020. */
function printable(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function timesOf(payload: object): string {
  const now = Date.now();
  return Object.entries(TIMES)
    .map(([claim, meaning]) => {
      const seconds = (payload as Record<string, unknown>)[claim];
      const time = new Date(typeof seconds === 'number' ? seconds * 1000 : NaN);
      return Number.isNaN(time.getTime())
        ? ''
        : `${claim}: ${meaning} ${time.toISOString()}, ${distance(+time, now)}\n`;
    })
    .join('');
}

/** `in 14 minutes`, `3 days ago`. */
function distance(time: number, now: number): string {
  const seconds = Math.round((time - now) / 1000);
  const [unit, size] =
    (
      [
        ['day', 86_400],
        ['hour', 3600],
        ['minute', 60],
      ] as const
    ).find(([, each]) => Math.abs(seconds) >= each) ?? (['second', 1] as const);
  return new Intl.RelativeTimeFormat('en').format(Math.trunc(seconds / size), unit);
}
