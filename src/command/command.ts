import { access } from './access.js';
import { inspect } from './inspect.js';
import { generateKeys } from './keys-generate.js';
import { rotateKeys } from './keys-rotate.js';
import { secret } from './secret.js';
import { EXIT, Refusal, WrongUsage, type Command, type ExitCode, type Terminal } from './terminal.js';

const NAME = 'nestjs-jwt-extended';

/** The commands by their words. */
const COMMANDS: Readonly<Record<string, Command>> = {
  secret,
  'keys generate': generateKeys,
  'keys rotate': rotateKeys,
  inspect,
  access,
};

/** Runs the command that the arguments name, and returns the exit code of the process. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const words = commandOf(args);
  const command = COMMANDS[words];
  if (args.includes('--help') || args.includes('-h')) {
    terminal.print(command?.help ?? overview());
    return EXIT.done;
  }
  if (command === undefined) {
    terminal.notify(args.length === 0 ? overview() : `There is no such command.\n\n${overview()}`);
    return EXIT.usage;
  }
  try {
    await command.run(args.slice(words.split(' ').length), terminal);
    return EXIT.done;
  } catch (error) {
    return explain(error, words, terminal);
  }
}

/** `keys rotate keys.json` is the command `keys rotate`. */
function commandOf(args: readonly string[]): string {
  return [args.slice(0, 2), args.slice(0, 1)].map((words) => words.join(' ')).find(isCommand) ?? '';
}

function isCommand(words: string): boolean {
  return Object.hasOwn(COMMANDS, words);
}

function explain(error: unknown, words: string, terminal: Terminal): ExitCode {
  if (error instanceof WrongUsage) {
    terminal.notify(`${error.message}\nSee: npx ${NAME} ${words} --help\n`);
    return EXIT.usage;
  }
  if (!(error instanceof Refusal)) throw error;
  terminal.notify(`${error.message}\n`);
  return EXIT.refused;
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    `Usage: npx ${NAME} <command>`,
    '',
    ...lines,
    '',
    `npx ${NAME} <command> --help explains a command.`,
    'Exit codes: 0 done, 1 refused, 2 wrong arguments.',
    '',
  ].join('\n');
}
