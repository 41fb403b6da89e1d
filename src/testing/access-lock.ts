import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { INestApplicationContext } from '@nestjs/common';
import { textOfRow } from '../access/access-text.js';
import { describeAccess } from '../access/describe-access.js';

/** Options of `accessLock`. */
export interface AccessLockOptions {
  /**
   * Write the file, unless the variable `CI` is set.
   *
   * @default true if the variable `UPDATE_ACCESS` is `1` or `true`
   */
  update?: boolean | undefined;
}

const HEADER = '# The access to every handler. accessLock() of nestjs-jwt-extended compares it with the code.\n';
const HOW_TO_WRITE = 'Run the test with UPDATE_ACCESS=1 to write the file, and commit it.';

/**
 * Compares the list of `describeAccess()` with a file, which is one line for each handler. Use it in a test, so that each change of
 * the access is visible in a review. Works with every test runner, because it throws.
 *
 * @param file a path from the working directory, or a URL
 * @throws Error with the lines that differ, or if the file is missing
 * @throws TypeError if the application does not import `JwtExtendedModule`
 * @example
 * it('changes no access by accident', () => accessLock(app, 'test/access.txt'));
 */
export function accessLock(app: INestApplicationContext, file: string | URL, options?: AccessLockOptions): void {
  const path = typeof file === 'string' && !file.startsWith('file:') ? file : fileURLToPath(file);
  const current = describeAccess(app).map(textOfRow);
  const isAsked = options?.update ?? isOn(process.env.UPDATE_ACCESS);
  if (isAsked && !isOn(process.env.CI)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${HEADER}${current.map((line) => `${line}\n`).join('')}`);
    return;
  }
  const expected = readLines(path);
  if (expected === null) throw new Error(`${path} does not exist, so the access is not compared. ${HOW_TO_WRITE}`);
  const difference = differenceOf(expected, current);
  if (difference.length === 0) return;
  const notWritten = isAsked ? ' It was not written, because the variable CI is set.' : '';
  throw new Error(
    `The access to the handlers differs from ${path}.${notWritten}\n\n${difference.join('\n')}\n\n` +
      `"-" is a line of the file, "+" is what the code does now. If the change is intended: ${HOW_TO_WRITE}`,
  );
}

/** The lines without comments; `null` if there is no such file. */
function readLines(path: string): string[] | null {
  try {
    const lines = readFileSync(path, 'utf8').split(/\r?\n/);
    return lines.filter((line) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Both lists are sorted, so the lines of one handler follow each other. */
function differenceOf(expected: readonly string[], current: readonly string[]): string[] {
  const removed = without(expected, current).map((line) => ({ line, sign: '-' }));
  const added = without(current, expected).map((line) => ({ line, sign: '+' }));
  const all = [...removed, ...added].map(({ line, sign }) => ({
    text: `${sign} ${line}`,
    key: line.split(': ')[0] ?? '',
  }));
  return all.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0)).map(({ text }) => text);
}

/** The lines of one list that the other has not, each as often as it is there more often. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const rest = [...others];
  return lines.filter((line) => {
    const index = rest.indexOf(line);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
}

function isOn(variable: string | undefined): boolean {
  return variable !== undefined && !['', '0', 'false'].includes(variable.toLowerCase());
}
