import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Refusal, type Terminal } from './terminal.js';

/** Only the owner can read and write the file. */
const PRIVATE = 0o600;

/** The text of a file. @throws Refusal if the file cannot be read */
export function readText(terminal: Terminal, file: string): string {
  try {
    return readFileSync(resolve(terminal.folder, file), 'utf8');
  } catch (error) {
    throw unusable(file, 'read', error);
  }
}

/** The text of a file; `null` if there is no such file. @throws Refusal if it cannot be read */
export function readTextIfAny(terminal: Terminal, file: string): string | null {
  return existsSync(resolve(terminal.folder, file)) ? readText(terminal, file) : null;
}

/** @throws Refusal if the file exists */
export function refuseExisting(terminal: Terminal, file: string): void {
  if (existsSync(resolve(terminal.folder, file))) {
    throw new Refusal(`${file} exists and is not overwritten. Choose another file, or remove it first.`);
  }
}

/** Replaces a public file in one step. @throws Refusal if it cannot be written */
export function writePublicFile(terminal: Terminal, file: string, text: string): void {
  replaceFile(resolve(terminal.folder, file), text, { name: file, mode: 0o644 });
}

/** Replaces a file with a secret in one step, with mode 600. Notifies if git does not ignore it. */
export function writePrivateFile(terminal: Terminal, file: string, text: string): void {
  const path = resolve(terminal.folder, file);
  replaceFile(path, text, { name: file, mode: PRIVATE });
  if (isIgnoredByGit(path) === false) {
    terminal.notify(`${file} is not ignored by git. Add it to .gitignore before the next commit.\n`);
  }
}

function replaceFile(path: string, text: string, { name, mode }: { name: string; mode: number }): void {
  // A link stays a link: the file behind it is replaced.
  const target = existsSync(path) ? realpathSync(path) : path;
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    writeFileSync(draft, text, { mode, flag: 'wx' });
    // The umask of the process can have removed permissions.
    chmodSync(draft, mode);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw unusable(name, 'written', error);
  }
}

/** `null` outside of a repository, or without git. A file that git tracks is not ignored. */
function isIgnoredByGit(path: string): boolean | null {
  const { status } = spawnSync('git', ['check-ignore', '--quiet', relative(dirname(path), path)], {
    cwd: dirname(path),
    stdio: 'ignore',
  });
  return status === 0 ? true : status === 1 ? false : null;
}

function unusable(file: string, verb: string, error: unknown): Refusal {
  return new Refusal(`${file} cannot be ${verb}: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
}
