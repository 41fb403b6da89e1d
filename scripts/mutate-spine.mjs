// Removes the checks in the tables between `// checks:begin` and `// checks:end`, one line at a time. A test must fail each
// time. Works on copies, one per processor, so the working tree never changes, even if this script is killed. With
// --tests-passed it does not run the tests on the unchanged code first.
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['test/unit', 'test/e2e'];
const tablesExpectedIn = ['src/authentication/', 'src/tokens/verifying/claims.ts'];
const hangs = 600_000;

const copies = Array.from({ length: availableParallelism() }, makeCopy);
process.on('exit', () => copies.forEach((copy) => rmSync(copy, { recursive: true, force: true })));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

const mutants = readdirSync(join(root, 'src'), { recursive: true })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) => checksOf(join('src', file)));

for (const place of tablesExpectedIn) {
  if (!mutants.some(({ file }) => file.startsWith(place))) fail(`No check is marked in ${place}.`);
}

if (!process.argv.includes('--tests-passed')) {
  const untouched = await firstFailure(copies[0], folders, '100%');
  if (untouched) fail(`The tests fail before anything is taken out: ${untouched}`);
}

const left = [...mutants];
const survivors = [];
await Promise.all(copies.map(tryMutants));
console.log(`${mutants.length - survivors.length} of ${mutants.length} missing checks noticed`);
process.exit(survivors.length === 0 ? 0 : 1);

function makeCopy() {
  const copy = mkdtempSync(join(tmpdir(), 'mutants-'));
  for (const entry of ['src', 'test', 'package.json', 'tsconfig.json', 'jest.config.js']) {
    cpSync(join(root, entry), join(copy, entry), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

async function tryMutants(copy) {
  for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
    const killer = await killerOf(copy, mutant);
    if (!killer) survivors.push(mutant);
    console.log(`${killer ? 'noticed ' : 'SURVIVED'}  ${mutant.file}:${mutant.line}  ${mutant.check}`);
    if (killer) console.log(`          ${killer}`);
  }
}

function checksOf(file) {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  let marked = false;
  return lines.flatMap((text, index) => {
    const check = text.trim();
    if (check === '// checks:begin') marked = true;
    if (check === '// checks:end') marked = false;
    return marked && check && !check.startsWith('//') ? [{ file, line: index + 1, check }] : [];
  });
}

async function killerOf(copy, { file, line, check }) {
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  const mutated = original
    .split('\n')
    .with(line - 1, `// ${check}`)
    .join('\n');
  // A file that no longer parses fails every test and proves nothing.
  const { diagnostics } = ts.transpileModule(mutated, { reportDiagnostics: true });
  if (diagnostics?.length) fail(`${file}:${line} is not a check of one line: ${check}`);
  writeFileSync(path, mutated);
  try {
    // First the specs that are called like the check, which is mostly enough; a check survives only if all of them pass.
    return (await firstFailure(copy, specsNamedLike(check), 1)) ?? (await firstFailure(copy, folders, 1));
  } finally {
    writeFileSync(path, original);
  }
}

/** Specs whose names share the beginning of a word with a check: for `requireFreshness`, `freshness.spec.ts`. */
function specsNamedLike(check) {
  // Words of the table itself, such as `name` and `isDue`, would choose many other specs.
  const words = check.replace(/name:|isDue:.*(?=run:)|run:/g, ' ');
  const stems = (words.match(/[A-Z]?[a-z]{3,}/g) ?? []).map((word) => word.slice(0, 4).toLowerCase());
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((spec) => join(folder, spec)))
    .filter((spec) => spec.endsWith('.spec.ts') && stems.some((stem) => basename(spec).includes(stem)));
}

/** The name of a test that fails, if one does. */
function firstFailure(copy, specs, workers) {
  if (specs.length === 0) return undefined;
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  const args = [...jest, '--bail', '--silent', `--maxWorkers=${workers}`, ...specs];
  const options = { cwd: copy, timeout: hangs, killSignal: 'SIGKILL', maxBuffer: 2 ** 28 };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, _stdout, stderr) => {
      if (!error) resolve(undefined);
      else resolve(/^ +● (.+)$/m.exec(stderr)?.[1] ?? (error.killed ? 'the tests hang' : stderr));
    });
  });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
