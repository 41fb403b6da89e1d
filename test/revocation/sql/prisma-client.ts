import { createRequire } from 'node:module';
import type { SqlDriverAdapterFactory } from '@prisma/client/runtime/client';

const require = createRequire(import.meta.url);

/** The part of a client that the tests use. */
export interface PrismaClient {
  $queryRawUnsafe(sql: string, ...params: unknown[]): Promise<unknown[]>;
  $executeRawUnsafe(sql: string, ...params: unknown[]): Promise<number>;
  $disconnect(): Promise<void>;
}

/**
 * The client that `prisma generate` makes from a schema without models. A test cannot run that command, since the command
 * downloads a program.
 */
export function prismaClient(provider: 'postgresql' | 'mysql', adapter: SqlDriverAdapterFactory): PrismaClient {
  const { getPrismaClient } = require('@prisma/client/runtime/client');
  const compiler = `@prisma/client/runtime/query_compiler_fast_bg.${provider}`;
  const Client = getPrismaClient({
    previewFeatures: [],
    clientVersion: require('@prisma/client/package.json').version,
    engineVersion: 'none',
    activeProvider: provider,
    inlineSchema: `datasource db {\n  provider = "${provider}"\n}\n`,
    runtimeDataModel: { models: {}, enums: {}, types: {} },
    parameterizationSchema: { strings: [], graph: 'AAAA' },
    compilerWasm: {
      getRuntime: () => Promise.resolve(require(`${compiler}.js`)),
      getQueryCompilerWasmModule: () => {
        const { wasm } = require(`${compiler}.wasm-base64.js`) as { wasm: string };
        const { WebAssembly } = globalThis as unknown as { WebAssembly: { Module: new (bytes: Buffer) => object } };
        return Promise.resolve(new WebAssembly.Module(Buffer.from(wasm, 'base64')));
      },
      importName: './query_compiler_fast_bg.js',
    },
  });
  return new Client({ adapter }) as PrismaClient;
}
