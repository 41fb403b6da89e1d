// Installs Nest 11 for the specs that run on both versions of Nest, if it is not installed.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('.', import.meta.url));
const target = fileURLToPath(new URL('../../../artifacts/nest11/', import.meta.url));
const files = ['package.json', 'package-lock.json', '.npmrc'];

export default function installNest11() {
  if (existsSync(join(target, 'node_modules', '.package-lock.json')) && files.every(isSame)) return;
  mkdirSync(target, { recursive: true });
  for (const file of files) copyFileSync(join(source, file), join(target, file));
  console.log('Installing Nest 11 for the tests');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: target, stdio: ['ignore', 'ignore', 'inherit'] });
}

function isSame(file) {
  const [wanted, present] = [join(source, file), join(target, file)];
  return existsSync(present) && readFileSync(wanted).equals(readFileSync(present));
}
