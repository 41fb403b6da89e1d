import { textOf, type ProjectTree } from './tree.js';

/** A `package.json`. */
export interface Manifest {
  readonly type?: string;
  dependencies?: Record<string, string>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** What the files depend on. */
export interface Project {
  readonly manifest: Manifest;
  readonly isModule: boolean;
  readonly usesVitest: boolean;
  readonly usesFastify: boolean;
  /** The versions of @fastify/static that work with the installed @nestjs/platform-fastify. */
  readonly fastifyStatic: string;
  /** The major version of Nest. */
  readonly nest: number;
  readonly packageManager: 'npm' | 'pnpm' | 'yarn' | 'bun';
}

const LOCK_FILES = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
} as const;

/** Reads the project from its package.json, and its HTTP adapter from main.ts. @throws Error without Nest */
export function readProject(tree: ProjectTree, root: string): Project {
  const manifest = JSON.parse(textOf(tree, '/package.json') ?? '{}') as Manifest;
  const packages: Readonly<Record<string, string>> = { ...manifest.devDependencies, ...manifest.dependencies };
  const nest = Number(/\d+/.exec(packages['@nestjs/core'] ?? '')?.[0]);
  if (!(nest >= 10))
    throw new Error('package.json has no @nestjs/core from version 10 on. Run "nest add" in a project of Nest.');
  // A project that changes to Fastify can keep the package of Express.
  const main = textOf(tree, `${root}/main.ts`) ?? '';
  const lockFile = Object.entries(LOCK_FILES).find(([file]) => tree.exists(`/${file}`));
  return {
    manifest,
    isModule: manifest.type === 'module',
    usesVitest: 'vitest' in packages,
    usesFastify:
      '@nestjs/platform-fastify' in packages &&
      (!('@nestjs/platform-express' in packages) || main.includes('FastifyAdapter')),
    fastifyStatic: fastifyStaticOf(tree),
    nest,
    packageManager: lockFile?.[1] ?? 'npm',
  };
}

/** npm refuses another version than the one that @nestjs/platform-fastify names: 11.1 names `^8.0.0`, 11.2 names `^10.1.2`. */
function fastifyStaticOf(tree: ProjectTree): string {
  const adapter = textOf(tree, '/node_modules/@nestjs/platform-fastify/package.json');
  const { peerDependencies } = JSON.parse(adapter ?? '{}') as Manifest;
  return peerDependencies?.['@fastify/static'] ?? '^10.1.2';
}

/** The oldest version of a package of Nest that works, by the major version of Nest. */
const RANGES: Readonly<Record<number, string>> = { 10: '^10.2.0', 11: '^11.0.0' };
const NEWEST = '^12.0.1';

/** Whether the OpenAPI page is added: @nestjs/swagger has no version 10. */
export function hasOpenApi({ nest }: Project): boolean {
  return nest >= 11;
}

/** The packages that the project needs and does not have, with the range of each. */
export function missingPackages(project: Project, { openapi }: { openapi: boolean }): Record<string, string> {
  const { manifest, nest, usesFastify, fastifyStatic } = project;
  const range = RANGES[nest] ?? NEWEST;
  const needed = {
    '@nestjs/jwt': range,
    ...(openapi && { '@nestjs/swagger': range }),
    // The page of @nestjs/swagger needs it on Fastify.
    ...(openapi && usesFastify && { '@fastify/static': fastifyStatic }),
  };
  const present = { ...manifest.devDependencies, ...manifest.dependencies };
  return Object.fromEntries(Object.entries(needed).filter(([name]) => !(name in present)));
}
