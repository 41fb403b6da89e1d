import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packedTarball } from './packed.js';

const BUNDLERS = { esbuild: '^0.28.0', webpack: '^5.100.0' };

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
}

describe.each(['11', '12'])('an application of Nest %s in one file, without node_modules', (nest) => {
  const project = mkdtempSync(join(tmpdir(), 'to-bundle-'));
  const folder = mkdtempSync(join(tmpdir(), 'bundled-'));

  beforeAll(() => {
    const ofNest = ['common', 'core', 'platform-express', 'jwt', 'testing'].map((part) => `@nestjs/${part}`);
    const dependencies = {
      ...Object.fromEntries(ofNest.map((name) => [name, `^${nest}.0.1`])),
      'nestjs-jwt-extended': `file:${packedTarball}`,
      'reflect-metadata': '^0.2.2',
      rxjs: '^7.8.2',
      ...BUNDLERS,
    };
    mkdirSync(project, { recursive: true });
    writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, dependencies }));
    run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], project);
    cpSync(join(import.meta.dirname, 'bundled'), project, { recursive: true });
  });
  afterAll(() => {
    for (const each of [project, folder]) rmSync(each, { recursive: true, force: true });
  });

  it.each(Object.keys(BUNDLERS))('runs, bundled and minified by %s', (bundler) => {
    const file = join(folder, bundler, 'application.mjs');
    mkdirSync(join(folder, bundler));
    run(process.execPath, ['bundle.mjs', bundler, file], project);
    expect(readdirSync(join(folder, bundler)).filter((name) => !name.endsWith('.txt'))).toEqual(['application.mjs']);
    run(process.execPath, [file], join(folder, bundler));
  });
});
