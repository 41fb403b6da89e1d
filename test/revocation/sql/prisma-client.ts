import { createRequire } from 'node:module';
import type { SqlDriverAdapterFactory } from '@prisma/client/runtime/client';

const require = createRequire(import.meta.url);

/** What the tests use of a client. */
export interface PrismaClient {
  $queryRawUnsafe(sql: string, ...params: unknown[]): Promise<unknown[]>;
  $executeRawUnsafe(sql: string, ...params: unknown[]): Promise<number>;
  $disconnect(): Promise<void>;
}

/**
 * The client that `prisma generate` makes of a schema without models. The command itself wants to download a program,
 * which a test must not.
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
