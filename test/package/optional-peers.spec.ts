import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformFileSync } from '@swc/core';
import { packedTarball } from './packed.js';

const SOURCE = join(import.meta.dirname, 'optional-peers/application.ts');

/** The major versions of optional peers that applications with Nest 10 have. npm refuses a package whose peers do not fit. */
const PEERS = [
  { swagger: '7', cacheManager: '2' },
  { swagger: '8', cacheManager: '3' },
];

describe.each(PEERS)(
  'Nest 10 with @nestjs/swagger $swagger and @nestjs/cache-manager $cacheManager',
  ({ swagger, cacheManager }) => {
    const folder = mkdtempSync(join(tmpdir(), 'optional-peers-'));
    const run = (command: string, args: readonly string[]) =>
      execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('accepts the package, and the OpenAPI document and the cache work', () => {
      writeFileSync(join(folder, 'package.json'), '{ "private": true }');
      const nest = ['common', 'core', 'platform-express', 'jwt'].map((part) => `@nestjs/${part}@10`);
      const others = [
        `@nestjs/swagger@${swagger}`,
        `@nestjs/cache-manager@${cacheManager}`,
        `cache-manager@${cacheManager === '2' ? 5 : 6}`,
        'keyv@5',
        'reflect-metadata@0.2',
        'rxjs@7',
      ];
      const options = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', '--strict-peer-deps'];
      run('npm', ['install', ...options, packedTarball, ...nest, ...others]);
      writeFileSync(join(folder, 'application.mjs'), compiled());
      expect(run(process.execPath, ['application.mjs'])).toBe('');
    });
  },
);

function compiled(): string {
  const jsc = {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
  } as const;
  return transformFileSync(SOURCE, { jsc, module: { type: 'es6' } }).code;
}
