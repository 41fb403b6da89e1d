import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Test } from '@nestjs/testing';
import { JwtExtendedModule, TokenService } from 'nestjs-jwt-extended';
import { Folder } from './in-process.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.remove());

const git = (...args: string[]) => execFileSync('git', args, { cwd: folder.path, stdio: 'ignore' });
const secretIn = (file: string, name = 'JWT_SECRET_KEY') => parseEnv(folder.read(file))[name] ?? '';

describe('the command secret', () => {
  it.each(['HS256', 'HS384', 'HS512'] as const)('prints a secret that is strong enough for %s', async (algorithm) => {
    const { code, stdout, stderr } = await folder.run(['secret']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const imports = [JwtExtendedModule.forRoot({ secret: stdout.trim(), algorithm })];
    const tokens = (await Test.createTestingModule({ imports }).compile()).get(TokenService, { strict: false });
    await expect(tokens.verify(await tokens.createAccessToken('ada'))).resolves.toBeDefined();
  });

  it('prints another secret each time', async () => {
    expect((await folder.run(['secret'])).stdout).not.toBe((await folder.run(['secret'])).stdout);
  });

  it('writes the secret to a file that only its owner can read, and does not print it', async () => {
    const { code, stdout, stderr } = await folder.run(['secret', '--env', '.env']);
    const secret = secretIn('.env');
    expect(secret).toMatch(/^[0-9a-f]{128}$/);
    expect({ code, stdout, mode: folder.mode('.env') }).toEqual({ code: 0, stdout: '', mode: '600' });
    expect(stderr).not.toContain(secret.slice(0, 8));
  });

  it('leaves the other lines of the file as they are, and closes the file to other users', async () => {
    folder.write('.env', '# mine\nPORT=3000\nexport JWT_SECRET_KEY=\nLAST="no line break"');
    chmodSync(join(folder.path, '.env'), 0o644);
    await folder.run(['secret', '--env', '.env']);
    expect(folder.read('.env')).toMatch(/^# mine\nPORT=3000\nJWT_SECRET_KEY=[0-9a-f]{128}\nLAST="no line break"$/);
    await folder.run(['secret', '--env', '.env', '--name', 'OTHER']);
    expect(folder.read('.env')).toMatch(/\nLAST="no line break"\nOTHER=[0-9a-f]{128}\n$/);
    expect(folder.mode('.env')).toBe('600');
  });

  it.each(['JWT_SECRET_KEY=old', ' export JWT_SECRET_KEY = "old" # mine', "JWT_SECRET_KEY='old'"])(
    'does not overwrite a secret: %s',
    async (line) => {
      folder.write('.env', `${line}\n`);
      const { code, stderr } = await folder.run(['secret', '--env', '.env']);
      expect(code).toBe(1);
      expect(stderr).toContain('.env has a value for JWT_SECRET_KEY');
      expect(folder.read('.env')).toBe(`${line}\n`);
      expect((await folder.run(['secret', '--env', '.env', '--force'])).code).toBe(0);
      expect(secretIn('.env')).toMatch(/^[0-9a-f]{128}$/);
    },
  );

  it.each(['JWT_SECRET_KEY=', 'JWT_SECRET_KEY=""', 'JWT_SECRET_KEY= # to do'])('fills in %s', async (line) => {
    folder.write('.env', `${line}\nJWT_SECRET_KEY_OLD=x\n`);
    expect((await folder.run(['secret', '--env', '.env'])).code).toBe(0);
    expect(secretIn('.env')).toMatch(/^[0-9a-f]{128}$/);
    expect(secretIn('.env', 'JWT_SECRET_KEY_OLD')).toBe('x');
  });

  it('replaces the file behind a link', async () => {
    folder.write('shared', 'PORT=1\n');
    symlinkSync('shared', join(folder.path, '.env'));
    await folder.run(['secret', '--env', '.env']);
    expect(folder.read('shared')).toBe(folder.read('.env'));
  });

  it('notifies if git does not ignore the file, or tracks it', async () => {
    git('init');
    const notice = '.env is not ignored by git';
    expect((await folder.run(['secret', '--env', '.env'])).stderr).toContain(notice);
    folder.write('.gitignore', '.env\n');
    expect((await folder.run(['secret', '--env', '.env', '--force'])).stderr).not.toContain(notice);
    git('add', '--force', '.env');
    expect((await folder.run(['secret', '--env', '.env', '--force'])).stderr).toContain(notice);
  });

  it('refuses a file that cannot be written', async () => {
    const { code, stderr } = await folder.run(['secret', '--env', 'missing/.env']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'missing/.env cannot be written: ENOENT.\n' });
    expect(existsSync(join(folder.path, 'missing'))).toBe(false);
  });

  it.each([
    [['secret', 'extra']],
    [['secret', '--name', 'A']],
    [['secret', '--force']],
    [['secret', '--env', 'f', '--name', 'A B']],
  ])('has the exit code 2 for %j', async (args) => {
    const { code, stdout, stderr } = await folder.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('See: npx nestjs-jwt-extended secret --help');
  });
});
