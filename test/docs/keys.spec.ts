import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { JwtExtendedModule, KeyRing, TokenService, type JwtAlgorithm, type KeyOptions } from 'nestjs-jwt-extended';
import { ALGORITHMS } from '../../src/types/algorithms.js';
import { OTHER_SECRET, readToken, SECRET } from '../support/forge.js';
import { pem, privateKeyFor, publicKeyFor } from '../support/key-pairs.js';
import { ExampleProject } from './example-project.js';
import { readPage } from './page.js';

const keys = readPage('docs/guide/keys.md');
const rotation = readPage('docs/guide/key-rotation.md');
const { text } = readPage('docs/reference/algorithms.md');

process.env.JWT_PRIVATE_KEY = pem(privateKeyFor('EdDSA')).replaceAll('\n', '\\n');
process.env.JWT_PUBLIC_KEY = pem(publicKeyFor('EdDSA'));
process.env.JWT_KEY_NEW = pem(privateKeyFor('EdDSA'));
process.env.JWT_KEY_OLD = pem(privateKeyFor('RS256'));
process.env.JWT_NEW_SECRET = SECRET;
process.env.JWT_OLD_SECRET = OTHER_SECRET;

const project = new ExampleProject([...keys.blocks, ...rotation.blocks]);
const shown = async (file: string) => (await import(project.path(`src/${file}.ts`))) as Record<string, unknown>;

afterAll(() => project.remove());

async function started(module: unknown, providers: Type[] = []) {
  @Module({ imports: [module as Type], providers })
  class AppModule {}
  return Test.createTestingModule({ imports: [AppModule] }).compile();
}

describe('the commands', () => {
  const rows = [...text.matchAll(/^\| (`[A-Z].*?) \| `(.+?)` +\|$/gm)].map(([, names = '', command = '']) => ({
    names: [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name as JwtAlgorithm),
    command,
  }));
  const publicHalf = /openssl pkey [^`]+/.exec(text)?.[0] ?? '';

  it('cover every algorithm', () => {
    expect(rows.flatMap(({ names }) => names)).toEqual(Object.keys(ALGORITHMS));
  });

  it.each(rows)('create valid keys: $command', async ({ names, command }) => {
    const folder = mkdtempSync(join(tmpdir(), 'keys-'));
    const run = (line: string) =>
      execFileSync('sh', ['-c', line], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
    const read = (file: string) => readFileSync(join(folder, file), 'utf8');
    try {
      run(command);
      const isSecret = existsSync(join(folder, 'secret.txt'));
      if (!isSecret) run(publicHalf);
      for (const algorithm of names) {
        const keys = isSecret
          ? { secret: read('secret.txt').trim() }
          : { privateKey: read('private.pem'), publicKey: read('public.pem') };
        const module = await started(JwtExtendedModule.forRoot({ algorithm, ...keys }));
        const tokens = module.get(TokenService, { strict: false });
        await expect(tokens.verify(await tokens.createAccessToken('alice'))).resolves.toBeDefined();
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

it('the service with the public key verifies tokens and cannot create them', async () => {
  const signing = (await started((await shown('signing.module')).SigningModule)).get(TokenService, { strict: false });
  const verifying = (await started((await shown('verifying.module')).VerifyingModule)).get(TokenService, {
    strict: false,
  });
  const token = await signing.createAccessToken('alice');
  await expect(verifying.verify(token)).resolves.toMatchObject({ payload: { sub: 'alice' } });
  await expect(verifying.createAccessToken('alice')).rejects.toThrow(TypeError);
});

it('the key ring signs with the right key before and after rotate() and reload()', async () => {
  const { KeyRotationService } = await shown('key-rotation.service');
  const { KeyReloadService, KeyVault } = await shown('key-reload.service');
  const listed: KeyOptions = { kid: 'vault', key: SECRET, algorithm: 'HS256', use: 'sign' };
  const module = await started((await shown('ring.module')).RingModule);
  const tokens = module.get(TokenService, { strict: false });
  const ring = module.get(KeyRing, { strict: false });
  const rotation = new (KeyRotationService as new (ring: KeyRing) => Record<string, (...args: string[]) => void>)(ring);
  const reload = new (KeyReloadService as new (...args: unknown[]) => { reload(): Promise<void> })(ring, {
    readKeys: async () => [listed],
  });
  expect(KeyVault).toBeInstanceOf(Function);
  const first = await tokens.createAccessToken('alice');
  expect(readToken(first).header).toMatchObject({ alg: 'EdDSA', kid: '2026-07' });
  rotation.rotate?.('2027-01', pem(privateKeyFor('EdDSA', 'other')));
  const second = await tokens.createAccessToken('alice');
  expect(readToken(second).header).toMatchObject({ kid: '2027-01' });
  await expect(tokens.verify(first)).resolves.toBeDefined();
  rotation.abandon?.('2027-02', pem(privateKeyFor('EdDSA', 'third')));
  await expect(tokens.verify(second)).rejects.toThrow('No key for this token');
  await expect(tokens.verify(first)).resolves.toBeDefined();
  await reload.reload();
  await expect(tokens.verify(first)).rejects.toThrow('alg value is not allowed');
  expect(readToken(await tokens.createAccessToken('alice')).header).toMatchObject({ kid: 'vault' });
});

it('the list of secrets verifies the tokens of both, and signs with the first', async () => {
  const [old, next] = await Promise.all(
    [OTHER_SECRET, SECRET].map(async (secret) =>
      (await started(JwtExtendedModule.forRoot({ secret }))).get(TokenService, { strict: false }),
    ),
  );
  const both = (await started((await shown('secrets.module')).SecretsModule)).get(TokenService, { strict: false });
  await expect(both.verify(await old!.createAccessToken('alice'))).resolves.toBeDefined();
  const token = await both.createAccessToken('alice');
  await expect(next!.verify(token)).resolves.toBeDefined();
  await expect(old!.verify(token)).rejects.toThrow();
});

it('the commands of the guide create a pair that the two services accept', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));
  try {
    const commands = keys.blocks.find(({ language }) => language === 'sh')?.code ?? '';
    execFileSync('sh', ['-ec', commands], { cwd: folder });
    const read = (file: string) => readFileSync(join(folder, file), 'utf8');
    const pair = { algorithm: 'EdDSA', privateKey: read('private.pem'), publicKey: read('public.pem') } as const;
    await expect(started(JwtExtendedModule.forRoot(pair))).resolves.toBeDefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
