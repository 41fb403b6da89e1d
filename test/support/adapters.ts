import type { INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import type { ModuleMetadata } from '@nestjs/common';

export type AdapterName = 'express' | 'fastify';

/** The HTTP servers that every behaviour is tested on: both, unless `TEST_ADAPTER` names one. */
export const ADAPTERS = (['express', 'fastify'] as const).filter(
  (adapter) => (process.env.TEST_ADAPTER ?? adapter) === adapter,
);

/** An application on a free port of the loopback. */
export interface RunningApp {
  readonly app: INestApplication;
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a Nest application with this module on one of the adapters. */
export async function startApp(
  adapter: AdapterName,
  metadata: ModuleMetadata,
  customise: (builder: TestingModuleBuilder) => TestingModuleBuilder = (builder) => builder,
  prepare: (app: INestApplication) => void = () => undefined,
): Promise<RunningApp> {
  const module = await customise(Test.createTestingModule(metadata)).compile();
  const app =
    adapter === 'express'
      ? module.createNestApplication(new ExpressAdapter(), { logger: false })
      : module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  prepare(app);
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl(), close: () => app.close() };
}
