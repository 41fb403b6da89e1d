import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeMismatch } from '../../../src/module/peer-versions.js';

describe('the versions of Nest and @nestjs/jwt', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'peers-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const install = (name: string, version: string, folder = root) => {
    mkdirSync(join(folder, 'node_modules', name), { recursive: true });
    writeFileSync(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ name, version }));
  };

  it('of one major are fine', () => {
    install('@nestjs/core', '11.1.9');
    install('@nestjs/jwt', '11.0.0');
    expect(describeMismatch(root)).toBeNull();
  });

  it('of two majors are named, with the command that helps', () => {
    install('@nestjs/core', '12.5.1');
    install('@nestjs/jwt', '11.0.0');
    expect(describeMismatch(root)).toBe(
      '@nestjs/jwt 11 and Nest 12 are installed; they need the same major version. ' +
        'Run: npm install @nestjs/jwt@12',
    );
  });

  it('are looked for in the folders above as well', () => {
    const app = join(root, 'apps', 'api');
    mkdirSync(app, { recursive: true });
    install('@nestjs/core', '11.0.0');
    install('@nestjs/jwt', '12.0.0', app);
    expect(describeMismatch(app)).toContain('npm install @nestjs/jwt@11');
  });

  it('are ignored if they are unknown', () => {
    expect(describeMismatch(root)).toBeNull();
    install('@nestjs/core', '11.0.0');
    expect(describeMismatch(root)).toBeNull();
  });

  it('are right in this project', () => {
    expect(describeMismatch()).toBeNull();
  });
});
