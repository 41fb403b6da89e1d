import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../../node_modules/.cache/bench-nodes/', import.meta.url));

/** The path of a Node: as it was given, or of a major version such as `22`, which is then fetched as a package. */
export function nodeExecutable(given) {
  if (!/^\d+$/.test(given)) return given;
  const folder = `${cache}${given}`;
  const name = `node-${process.platform}-${process.arch}`;
  const executable = `${folder}/node_modules/${name}/bin/node`;
  if (!existsSync(executable)) {
    mkdirSync(folder, { recursive: true });
    const options = ['--no-audit', '--no-fund', '--no-save', '--prefix', folder];
    execFileSync('npm', ['install', ...options, `${name}@${given}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return executable;
}
