import { spawnSync } from 'node:child_process';

/** A program that tests need and that `npm ci` does not install. */
export interface Program {
  readonly isInstalled: boolean;
  /** The command that installs it. */
  readonly install: string;
}

/** A program that is found by its name, from a Debian package. */
export function debianProgram(command: string, debianPackage = command): Program {
  return { isInstalled: !spawnSync(command, ['--version']).error, install: `apt-get install ${debianPackage}` };
}

/**
 * Describes tests that need a program. Without the program Jest skips them, and their name contains the command that installs
 * it. With `CI=true` they fail.
 */
export function describeWithProgram(needed: Program, name: string, body: () => void): void {
  if (needed.isInstalled) return describe(name, body);
  if (isRequired()) return it(name, () => fail(needed));
  describe.skip(`${name} (skipped: ${cure(needed)})`, body);
}

/** The same for one test. */
export function itWithProgram(needed: Program, name: string, body: () => Promise<void>): void {
  if (needed.isInstalled) return it(name, body);
  if (isRequired()) return it(name, () => fail(needed));
  it.skip(`${name} (skipped: ${cure(needed)})`, body);
}

function isRequired(): boolean {
  return process.env.CI === 'true';
}

function cure({ install }: Program): string {
  return `install it with ${install}`;
}

function fail(needed: Program): never {
  throw new Error(`A program is missing: ${cure(needed)}`);
}
