import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packedFolder, packedTarball } from './packed.js';

const manifest = JSON.parse(readFileSync(join(packedFolder, 'package.json'), 'utf8')) as {
  name: string;
  exports: object;
};
const subpaths = Object.keys(manifest.exports).filter((subpath) => !/\.(json|sql)$/.test(subpath));

/** A fixture is an application. Its scripts must work with the installed package. */
export function describeConsumer(name: 'nest11-commonjs' | 'nest12-esm'): void {
  const fixture = join(import.meta.dirname, name);
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  const { scripts } = JSON.parse(readFileSync(join(fixture, 'package.json'), 'utf8')) as { scripts: object };

  function run(command: string, ...args: string[]): void {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
  }

  describe(`installed in ${name}`, () => {
    beforeAll(() => {
      for (const from of [fixture, join(import.meta.dirname, 'shared')]) cpSync(from, folder, { recursive: true });
      run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', packedTarball);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each(Object.keys(scripts))('npm run %s', (script) => run('npm', 'run', script));

    it.each(subpaths)('%s can be required and imported', (subpath) => {
      const specifier = join(manifest.name, subpath);
      run('node', '--input-type=commonjs', '--eval', `require('${specifier}')`);
      run('node', '--input-type=module', '--eval', `import '${specifier}'`);
    });

    it('has the command', () => {
      run('npx', 'nestjs-jwt-extended', '--help');
      run('npx', 'nestjs-jwt-extended', 'keys', 'generate');
    });

    it.each(['mysql', 'postgres', 'sqlite'])('the migration for %s is found by its path', (dialect) => {
      const specifier = `${manifest.name}/migrations/${dialect}.sql`;
      run('node', '--input-type=commonjs', '--eval', `fs.readFileSync(require.resolve('${specifier}'))`);
      run('node', '--input-type=module', '--eval', `fs.readFileSync(new URL(import.meta.resolve('${specifier}')))`);
    });
  });
}
