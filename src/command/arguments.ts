import { parseArgs, type ParseArgsConfig } from 'node:util';
import { WrongUsage } from './terminal.js';

type Options = NonNullable<ParseArgsConfig['options']>;

/** The values of the options, and the arguments without a name. */
export type Arguments<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>
>;

/**
 * Reads the arguments of a command.
 *
 * @param most the highest number of arguments without a name
 * @throws WrongUsage whose message shows no argument without a name, because it can be a token
 */
export function readArguments<const O extends Options>(
  args: readonly string[],
  options: O,
  most: number,
): Arguments<O> {
  const found = parse(args, options);
  if (found.positionals.length > most) {
    throw new WrongUsage(
      `Arguments: ${found.positionals.length}; the command takes ${most === 0 ? 'none without a name' : `at most ${most}`}.`,
    );
  }
  return found;
}

function parse<O extends Options>(args: readonly string[], options: O): Arguments<O> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Node explains for some errors how to pass an argument that begins with a hyphen. One sentence is enough.
    throw new WrongUsage((error as Error).message.replace(/(?<=\.) .*$/s, ''));
  }
}
