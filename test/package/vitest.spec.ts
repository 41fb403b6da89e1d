import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packedTarball } from './packed.js';

describe('the tests of the page about tests, with Vitest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vitest-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(command: string, ...args: string[]): string {
    const { NODE_OPTIONS: _options, ...env } = process.env;
    const secret = { JWT_SECRET_KEY: 'a secret of at least 32 bytes for tests', NO_COLOR: '1' };
    const result = spawnSync(command, args, { cwd: folder, encoding: 'utf8', env: { ...env, ...secret } });
    if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}\n${result.stdout}\n${result.stderr}`);
    return result.stdout;
  }

  it('pass, as with Jest', () => {
    cpSync(join(import.meta.dirname, 'vitest'), folder, { recursive: true });
    // The path of the file of accessLock() is that of the example.
    cpSync('examples/55-tests', join(folder, 'examples/55-tests'), { recursive: true });
    run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', packedTarball);
    expect(run('npx', 'vitest', 'run')).toMatch(/Test Files +4 passed \(4\)/);
  });
});
