// Builds the package and the conformance app against it, and serves that: --port N, --adapter express|fastify.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, root));

/** The compiler has said what is wrong by then. */
function run(...command) {
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

run(path('scripts/build.mjs'));
rmSync(path('test/conformance/dist'), { recursive: true, force: true });
run(path('node_modules/typescript/bin/tsc'), '-p', path('test/conformance/tsconfig.json'));
await import(new URL('test/conformance/dist/main.js', root));
