// Packs once for all specs of this folder. They read the path of the result from the environment.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function pack() {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  // Runs `prepack`, which builds. Its output goes to stderr, because Jest writes --json to stdout.
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { stdio: ['ignore', 2, 2] });
  const tarball = join(folder, readdirSync(folder)[0]);
  execFileSync('tar', ['-xzf', tarball, '-C', folder]);
  Object.assign(process.env, { PACKED: folder, PACKED_TARBALL: tarball, PACKED_FOLDER: join(folder, 'package') });
}
