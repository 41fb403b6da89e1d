import type { JsonWebKey } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { JwtExtendedModule, TokenService, type JwtExtendedOptions, type KeyOptions } from 'nestjs-jwt-extended';
import { ALGORITHMS } from '../../src/types/algorithms.js';
import { readToken } from '../support/forge.js';
import { useFakeTime } from '../support/fake-time.js';
import { Folder } from './in-process.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.remove());

const DAY = 86_400;
const keysOf = (file = 'keys.json') => folder.json(file) as (KeyOptions & { key: JsonWebKey })[];
const published = (file = 'keys.public.json') => folder.json(file).keys as Record<string, string>[];
const names = () => keysOf().map(({ kid, use }) => `${kid} ${use}`);

async function tokensOf(options: JwtExtendedOptions): Promise<TokenService> {
  const module = await Test.createTestingModule({ imports: [JwtExtendedModule.forRoot(options)] }).compile();
  return module.get(TokenService, { strict: false });
}

describe('the command keys generate', () => {
  const algorithms = Object.keys(ALGORITHMS);

  it.each(algorithms)('writes a list for the option "keys": %s', async (algorithm) => {
    const { code, stdout } = await folder.run(['keys', 'generate', '--alg', algorithm, '--kid', 'first']);
    expect(code).toBe(0);
    const tokens = await tokensOf({ keys: keysOf() });
    const token = await tokens.createAccessToken('ada');
    expect(readToken(token).header).toMatchObject({ alg: algorithm, kid: 'first' });
    await expect(tokens.verify(token)).resolves.toBeDefined();
    expect(folder.mode('keys.json')).toBe('600');
    expect(stdout).toContain(`The key first signs with ${algorithm}.`);
  });

  it.each(algorithms.filter((name) => !name.startsWith('HS')))(
    'writes the public keys as a JWK Set, which nothing can sign with: %s',
    async (algorithm) => {
      const { stdout } = await folder.run(['keys', 'generate', '--alg', algorithm]);
      const [key] = published();
      expect(published()).toHaveLength(1);
      expect(key).toMatchObject({ alg: algorithm, use: 'sig', kid: keysOf()[0]?.kid });
      const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'];
      expect(secretMembers.filter((name) => Object.hasOwn(key ?? {}, name))).toEqual([]);
      expect(stdout).not.toContain(keysOf()[0]?.key.d);
      const signing = await tokensOf({ keys: keysOf() });
      const verifying = await tokensOf({
        keys: [{ key: key as JsonWebKey, algorithm: key?.alg as 'ES256', use: 'verify' }],
      });
      await expect(verifying.verify(await signing.createAccessToken('ada'))).resolves.toBeDefined();
    },
  );

  it('writes no public keys for a secret, which needs a name', async () => {
    expect(await folder.run(['keys', 'generate', '--alg', 'HS256'])).toMatchObject({ code: 2, stdout: '' });
    expect((await folder.run(['keys', 'generate', '--alg', 'HS256', '--kid', 'a'])).code).toBe(0);
    expect(existsSync(join(folder.path, 'keys.public.json'))).toBe(false);
  });

  it('overwrites neither file', async () => {
    folder.write('keys.public.json', 'mine');
    expect(await folder.run(['keys', 'generate'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('keys.public.json exists and is not overwritten'),
    });
    expect(existsSync(join(folder.path, 'keys.json'))).toBe(false);
    const others = ['--out', 'mine.json', '--public', 'open.json'];
    expect((await folder.run(['keys', 'generate', ...others])).code).toBe(0);
    expect((await folder.run(['keys', 'generate', ...others, '--public', 'b.json'])).code).toBe(1);
    expect(folder.read('keys.public.json')).toBe('mine');
  });

  it.each(['ES256', 'RS256', 'EdDSA'] as const)('writes PEM for privateKey and publicKey: %s', async (algorithm) => {
    expect((await folder.run(['keys', 'generate', '--pem', '--alg', algorithm])).code).toBe(0);
    expect(folder.mode('private.pem')).toBe('600');
    const keys = { privateKey: folder.read('private.pem'), publicKey: folder.read('public.pem') };
    const tokens = await tokensOf({ algorithm, ...keys });
    await expect(tokens.verify(await tokens.createAccessToken('ada'))).resolves.toBeDefined();
  });

  it('notifies if git does not ignore the private key', async () => {
    execFileSync('git', ['init'], { cwd: folder.path, stdio: 'ignore' });
    expect((await folder.run(['keys', 'generate'])).stderr).toBe(
      'keys.json is not ignored by git. Add it to .gitignore before the next commit.\n',
    );
  });

  it.each([
    [['--alg', 'none']],
    [['--kid', '']],
    [['--pem', '--alg', 'HS256']],
    [['--pem', '--kid', 'a']],
    [['--unknown']],
    [['extra']],
  ])('has the exit code 2 for %j', async (args) => {
    expect(await folder.run(['keys', 'generate', ...args])).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('the command keys rotate', () => {
  const time = useFakeTime();

  it('signs with a new key, and verifies with the old one until its tokens have expired', async () => {
    await folder.run(['keys', 'generate', '--kid', 'old']);
    const before = await (await tokensOf({ keys: keysOf() })).createRefreshToken('ada');
    const { code, stdout } = await folder.run(['keys', 'rotate', 'keys.json', '--kid', 'new']);
    const end = Math.floor(Date.now() / 1000) + 30 * DAY;
    expect(code).toBe(0);
    expect(stdout).toContain(`new (ES256) signs\nold (ES256) verifies until ${new Date(end * 1000).toISOString()}\n`);
    expect(keysOf()).toMatchObject([
      { kid: 'new', use: 'sign' },
      { kid: 'old', use: 'verify', notAfter: end },
    ]);
    const tokens = await tokensOf({ keys: keysOf() });
    expect(readToken(await tokens.createAccessToken('ada')).header).toMatchObject({ kid: 'new' });
    await expect(tokens.verify(before)).resolves.toBeDefined();
    expect(published().map(({ kid }) => kid)).toEqual(['new', 'old']);
  });

  it.each(['ES256', 'RS256', 'EdDSA'])('leaves only the public half of the old key: %s', async (algorithm) => {
    await folder.run(['keys', 'generate', '--alg', algorithm, '--kid', 'old']);
    const { d, ...rest } = keysOf()[0]?.key as JsonWebKey;
    await folder.run(['keys', 'rotate', 'keys.json', '--kid', 'new']);
    expect(folder.read('keys.json')).not.toContain(d);
    expect(rest).toMatchObject(keysOf()[1]?.key as object);
    expect(folder.mode('keys.json')).toBe('600');
  });

  it('leaves an old secret as it is, because it verifies', async () => {
    await folder.run(['keys', 'generate', '--alg', 'HS256', '--kid', 'old']);
    const [old] = keysOf();
    await folder.run(['keys', 'rotate', 'keys.json', '--kid', 'new']);
    expect(keysOf()[1]?.key).toEqual(old?.key);
  });

  it('removes keys whose tokens have expired', async () => {
    await folder.run(['keys', 'generate', '--kid', 'a']);
    await folder.run(['keys', 'rotate', 'keys.json', '--kid', 'b', '--retire-after', '15m']);
    await time.pass(14 * 60_000);
    await folder.run(['keys', 'rotate', 'keys.json', '--kid', 'c', '--retire-after', '15m']);
    expect(names()).toEqual(['c sign', 'b verify', 'a verify']);
    await time.pass(2 * 60_000);
    await folder.run(['keys', 'rotate', 'keys.json', '--kid', 'd', '--retire-after', '900']);
    expect(names()).toEqual(['d sign', 'c verify', 'b verify']);
    expect(published().map(({ kid }) => kid)).toEqual(['d', 'c', 'b']);
  });

  it('announces a key before it signs', async () => {
    await folder.run(['keys', 'generate', '--kid', 'a']);
    await folder.run(['keys', 'rotate', 'keys.json', '--announce', '--kid', 'b', '--alg', 'EdDSA']);
    expect(names()).toEqual(['b verify', 'a sign']);
    expect(published().map(({ kid }) => kid)).toEqual(['b', 'a']);
    const early = await (await tokensOf({ keys: keysOf() })).createAccessToken('ada');
    expect(readToken(early).header).toMatchObject({ kid: 'a' });
    expect((await folder.run(['keys', 'rotate', 'keys.json', '--announce'])).code).toBe(1);
    expect((await folder.run(['keys', 'rotate', 'keys.json', '--kid', 'c'])).code).toBe(1);
    await folder.run(['keys', 'rotate', 'keys.json']);
    expect(names()).toEqual(['b sign', 'a verify']);
    const tokens = await tokensOf({ keys: keysOf() });
    expect(readToken(await tokens.createAccessToken('ada')).header).toMatchObject({ kid: 'b', alg: 'EdDSA' });
    await expect(tokens.verify(early)).resolves.toBeDefined();
  });

  it.each([
    ['a name that is in the list', '[KEY]', ['--kid', 'a']],
    ['a file that is not JSON', '{ secret', []],
    ['a file that is not a list', '{"keys":[KEY]}', []],
    ['a list that the application would refuse', '[KEY, KEY]', []],
    ['PEM', '-----BEGIN PRIVATE KEY-----', []],
  ])('refuses %s, changes nothing and shows no key', async (_name, template, args) => {
    await folder.run(['keys', 'generate', '--kid', 'a']);
    const [key] = keysOf();
    const text = template.replaceAll('KEY', JSON.stringify(key));
    folder.write('keys.json', text);
    const { code, stdout, stderr } = await folder.run(['keys', 'rotate', 'keys.json', ...args]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('keys.json');
    expect(stderr).not.toContain(key?.key.d);
    expect(folder.read('keys.json')).toBe(text);
  });

  it('needs an algorithm for a list without a key that signs', async () => {
    await folder.run(['keys', 'generate', '--kid', 'a']);
    const [key] = keysOf();
    folder.write('keys.json', JSON.stringify([{ ...key, use: 'verify', notAfter: 4e9 }]));
    expect((await folder.run(['keys', 'rotate', 'keys.json'])).code).toBe(1);
    expect((await folder.run(['keys', 'rotate', 'keys.json', '--alg', 'ES256', '--kid', 'b'])).code).toBe(0);
    expect(names()).toEqual(['b sign', 'a verify']);
  });

  it('has the exit code 1 for a missing file, and 2 without a file or with a wrong lifetime', async () => {
    expect(await folder.run(['keys', 'rotate', 'keys.json'])).toMatchObject({
      code: 1,
      stderr: 'keys.json cannot be read: ENOENT.\n',
    });
    expect((await folder.run(['keys', 'rotate'])).code).toBe(2);
    const wrong = await folder.run(['keys', 'rotate', 'keys.json', '--retire-after', 'soon']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--retire-after') });
  });
});
