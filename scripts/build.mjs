// Builds the package twice, ESM and CommonJS; each folder says what it is.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const formats = { esm: 'module', cjs: 'commonjs' };

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
for (const [format, type] of Object.entries(formats)) {
  execFileSync(process.execPath, [tsc, '-p', `tsconfig.${format}.json`], { cwd: root, stdio: 'inherit' });
  writeFileSync(new URL(`../dist/${format}/package.json`, import.meta.url), `{ "type": "${type}" }\n`);
}
