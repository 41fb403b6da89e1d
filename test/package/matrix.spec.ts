import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { nodeExecutable } from '../../bench/harness/node-versions.mjs';
import { compileConsumer, CONSUMER, FORMATS } from './matrix/compile-consumer.js';
import { packedFolder, packedTarball } from './packed.js';

const { name, engines, peerDependencies } = JSON.parse(readFileSync(join(packedFolder, 'package.json'), 'utf8')) as {
  name: string;
  engines: { node: string };
  peerDependencies: Record<string, string>;
};

/** The versions of the peers that an application has. */
interface Peers {
  /** Of @nestjs/common, core, platform-express and platform-fastify. */
  readonly nest: string;
  /** The version of @nestjs/platform-fastify, if it does not have the version of Nest. */
  readonly fastify?: string;
  readonly jwt: string;
  readonly reflectMetadata: string;
  readonly rxjs: string;
}

/** The oldest and the newest version of each range in `peerDependencies`. */
const PEERS: readonly Peers[] = [
  // @nestjs/jwt 10.0 does not accept Nest 10 as its peer, and Node cannot load @nestjs/jwt 12.0.0.
  { nest: '10.0.0', jwt: '10.1.0', reflectMetadata: '0.1.13', rxjs: '7.8.0' },
  { nest: '10', jwt: '10', reflectMetadata: '0.1', rxjs: '7' },
  { nest: '11.0.0', jwt: '11.0.0', reflectMetadata: '0.1.13', rxjs: '7.8.0' },
  { nest: '11', jwt: '11', reflectMetadata: '0.2', rxjs: '7' },
  { nest: '12.0.0', fastify: '12.0.1', jwt: '12.0.1', reflectMetadata: '0.1.13', rxjs: '7.8.0' },
  { nest: '12', jwt: '12', reflectMetadata: '0.2', rxjs: '7' },
];

/** The oldest and the newest version of each range in `engines`. */
const NODES = ['20.19.0', '20', '22.12.0', '22', '24.0.0', '24'];

/** `11.0.0` is the oldest version of a range, `11` the newest. */
const isOldest = (version: string) => version.split('.').length === 3;

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(`${command} ${args.join(' ')}: ${signal ?? status}\n${stdout}\n${stderr}`);
  return stdout + stderr;
}

function installPeers(folder: string, { nest, fastify = nest, jwt, reflectMetadata, rxjs }: Peers): void {
  const ofNest = ['common', 'core', 'platform-express'].map((part) => `@nestjs/${part}@${nest}`);
  const others = [
    `@nestjs/platform-fastify@${fastify}`,
    `@nestjs/jwt@${jwt}`,
    `reflect-metadata@${reflectMetadata}`,
    `rxjs@${rxjs}`,
  ];
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  // The packages of Nest 11.0.0 and 12.0.0 name the previous major version as their peer.
  const conflicts = isOldest(nest) ? '--force' : '--strict-peer-deps';
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', conflicts];
  run('npm', ['install', ...options, packedTarball, ...ofNest, ...others], folder);
}

const COMPILER: ts.CompilerOptions = {
  noEmit: true,
  strict: true,
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  typeRoots: [resolve('node_modules/@types')],
  types: ['node'],
};

/** The errors of the compiler in the consumer and in our types. The types of Nest 10.0 and 11.0 have errors of their own. */
function typeErrors(folder: string): string[] {
  const sources = ['consumer.cts', 'consumer.mts'].map((source) => join(folder, source));
  for (const source of sources) copyFileSync(CONSUMER, source);
  const program = ts.createProgram(sources, COMPILER);
  const declarations = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.includes(`/node_modules/${name}/dist/`));
  expect(declarations.length).toBeGreaterThan(0);
  const consumers = sources.flatMap((source) => program.getSourceFile(source) ?? []);
  const found = [...consumers, ...declarations].flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]);
  return [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics(), ...found].map(
    ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  );
}

describe('the ranges of package.json', () => {
  /** `^1.2.0 || ^2.0.0` for the oldest versions 1.2.0 and 2.0.0. */
  const rangeOf = (oldest: readonly string[]) => [...new Set(oldest)].map((version) => `^${version}`).join(' || ');
  const oldestPeers = PEERS.filter(({ nest }) => isOldest(nest));

  it('begin with the oldest tested versions', () => {
    const tested = NODES.filter(isOldest).map((version) => version.replace(/(\.0)+$/, ''));
    expect(engines.node).toBe(
      tested.map((version) => (version.includes('.') ? `^${version}` : `>=${version}`)).join(' || '),
    );
    expect(peerDependencies).toMatchObject({
      '@nestjs/common': rangeOf(oldestPeers.map(({ nest }) => nest)),
      '@nestjs/core': rangeOf(oldestPeers.map(({ nest }) => nest)),
      '@nestjs/jwt': rangeOf(oldestPeers.map(({ jwt }) => jwt)),
      'reflect-metadata': expect.stringContaining(rangeOf(oldestPeers.map(({ reflectMetadata }) => reflectMetadata))),
      rxjs: rangeOf(oldestPeers.map(({ rxjs }) => rxjs)),
    });
  });
});

describe.each(PEERS)('with Nest $nest, @nestjs/jwt $jwt, reflect-metadata $reflectMetadata and rxjs $rxjs', (peers) => {
  const folder = mkdtempSync(join(tmpdir(), 'matrix-'));
  beforeAll(() => {
    installPeers(folder, peers);
    compileConsumer(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('the consumer compiles', () => expect(typeErrors(folder)).toEqual([]));

  describe.each(NODES)('on Node %s', (node) => {
    it.each(Object.entries(FORMATS))('the consumer runs as %s', (_format, file) => {
      const executable = nodeExecutable(node);
      const printed = run(executable, ['--disable-warning=ExperimentalWarning', file], folder);
      // On a busy machine Nest warns that the serialization of a module took more than 10 ms.
      const complaints = printed.split('\n').filter((line) => line !== '' && !line.includes('[ModuleTokenFactory]'));
      expect(complaints).toEqual([]);
    });
  });
});
