/** What a command needs of its process. */
export interface Terminal {
  /** The working directory. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Writes the result to stdout. */
  readonly print: (text: string) => void;
  /** Writes a notice to stderr, so that a program can read the result alone. */
  readonly notify: (text: string) => void;
}

/** The exit codes: done, refused, and wrong arguments. */
export const EXIT = { done: 0, refused: 1, usage: 2 } as const;

/** An exit code of a command. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command cannot do what its arguments ask for. */
export class Refusal extends Error {}

/** The arguments are wrong. */
export class WrongUsage extends Error {}

/** One command of the list. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** The text of `--help`. */
  readonly help: string;
  run(args: readonly string[], terminal: Terminal): Promise<void>;
}
