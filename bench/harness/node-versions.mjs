import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../../node_modules/.cache/bench-nodes/', import.meta.url));

/** The path of a Node executable. `node` is a path, or a version such as `22` or `22.12.0`, which npm then installs. */
export function nodeExecutable(node) {
  if (!/^\d+(\.\d+){0,2}$/.test(node)) return node;
  const folder = `${cache}${node}`;
  const name = `node-${process.platform}-${process.arch}`;
  const executable = `${folder}/node_modules/${name}/bin/node`;
  if (!existsSync(executable)) {
    // Several processes can need the same version at the same time, and must not see a part of it.
    const own = `${folder}-${process.pid}`;
    mkdirSync(own, { recursive: true });
    const options = ['--no-audit', '--no-fund', '--no-save', '--prefix', own];
    execFileSync('npm', ['install', ...options, `${name}@${node}`], { stdio: ['ignore', 'ignore', 'inherit'] });
    // What an aborted run has left is in the way.
    if (!existsSync(executable)) rmSync(folder, { recursive: true, force: true });
    if (existsSync(folder)) rmSync(own, { recursive: true });
    else renameSync(own, folder);
  }
  return executable;
}
