import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { textOf, write, type ProjectTree, type RuleContext } from './tree.js';

const ENV = '/.env';
const EXAMPLE = '/.env.example';
const IGNORE = '/.gitignore';

/** The variables of `.env`: how each is made, and its comment in `.env.example`. */
const VARIABLES = {
  JWT_SECRET_KEY: { make: () => randomBytes(64).toString('hex'), comment: 'npx nestjs-jwt-extended secret' },
  FIRST_USERNAME: { make: () => 'ada', comment: 'The user that UsersService creates at the start.' },
  FIRST_PASSWORD: { make: () => randomBytes(12).toString('base64url'), comment: 'The password of this user.' },
} as const;

/** Adds the variables to `.env`, which git then ignores, and their names to `.env.example`. */
export function addEnvironment(tree: ProjectTree, context: RuleContext): void {
  ignoreEnv(tree);
  const example = textOf(tree, EXAMPLE) ?? '';
  const named = missingIn(example).map((name) => `# ${VARIABLES[name].comment}\n${name}=\n`);
  if (named.length > 0) write(tree, EXAMPLE, appended(example, named.join('')));
  if (isTracked()) {
    context.logger.warn('git tracks .env, so no secret was written there. Remove it from git: git rm --cached .env');
    return;
  }
  createPrivately(tree);
  const env = textOf(tree, ENV) ?? '';
  const lines = missingIn(env).map((name) => `${name}=${VARIABLES[name].make()}\n`);
  if (lines.length > 0) write(tree, ENV, appended(env, lines.join('')));
}

function missingIn(text: string): (keyof typeof VARIABLES)[] {
  const names = Object.keys(VARIABLES) as (keyof typeof VARIABLES)[];
  return names.filter((name) => !new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`, 'm').test(text));
}

function ignoreEnv(tree: ProjectTree): void {
  const ignored = textOf(tree, IGNORE) ?? '';
  if (!/^\/?\.env\s*$/m.test(ignored)) write(tree, IGNORE, appended(ignored, '.env\n'));
}

function appended(text: string, lines: string): string {
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${lines}`;
}

function isTracked(): boolean {
  return spawnSync('git', ['ls-files', '--error-unmatch', '.env'], { stdio: 'ignore' }).status === 0;
}

/**
 * Creates an empty `.env` that only its owner can read. The tree knows no permissions, but it leaves those of an existing file.
 * Only where the tree is the working directory, as it is under `nest add`.
 */
function createPrivately(tree: ProjectTree): void {
  if (tree.exists(ENV)) return;
  try {
    const manifest = readFileSync(join(process.cwd(), 'package.json'), 'utf8');
    if (manifest !== textOf(tree, '/package.json')) return;
    writeFileSync(join(process.cwd(), '.env'), '', { mode: 0o600, flag: 'wx' });
  } catch {
    // Without a working directory of its own, the tree creates the file.
  }
}
