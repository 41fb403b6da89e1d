import type { Abstract, DynamicModule, INestApplication, ModuleMetadata, Type } from '@nestjs/common';
import type { TestingModuleBuilder } from '@nestjs/testing';
import {
  JwtExtendedModule,
  TokenService,
  type JwtExtendedModuleExtras,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { startApp, type AdapterName, type RunningApp } from './adapters.js';
import { cacheMode } from './cache-mode.js';
import { SECRET } from './forge.js';
import { send, type Answer, type Sending } from './http-client.js';

/** An application with the module. `options` need no secret. */
export interface JwtAppSetup extends ModuleMetadata {
  options?: JwtExtendedOptions & JwtExtendedModuleExtras;
  customise?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
  prepare?: (app: INestApplication) => void;
}

/** The module with these options, which need no secret. */
export function jwtModule(options?: JwtAppSetup['options']): DynamicModule {
  return JwtExtendedModule.forRoot({ secret: SECRET, ...cacheMode(), ...options });
}

/** A running application, and its client. */
export class TestApp {
  private running?: RunningApp;

  constructor(
    private readonly adapter: AdapterName,
    private readonly setup: JwtAppSetup,
  ) {}

  async start(): Promise<this> {
    const { options, imports = [], customise, prepare, ...metadata } = this.setup;
    const all = { ...metadata, imports: [jwtModule(options), ...imports] };
    this.running = await startApp(this.adapter, all, customise, prepare);
    return this;
  }

  async stop(): Promise<void> {
    await this.running?.close();
  }

  get nest(): INestApplication {
    if (this.running === undefined) throw new Error('The application is not running');
    return this.running.app;
  }

  resolve<T>(type: Type<T> | Abstract<T>): T {
    return this.nest.get(type, { strict: false });
  }

  get tokens(): TokenService {
    return this.resolve(TokenService);
  }

  send(method: string, path: string, sending?: Sending): Promise<Answer> {
    return send(method, `${this.running?.url}${path}`, sending);
  }

  /** Sends a GET with `Authorization: Bearer <token>`, or without a token. */
  get(path: string, token?: string): Promise<Answer> {
    return this.send('GET', path, { token });
  }
}

/** An application that runs during the surrounding `describe`. */
export function useJwtApp(adapter: AdapterName, setup: JwtAppSetup): TestApp {
  const app = new TestApp(adapter, setup);
  beforeAll(() => app.start());
  afterAll(() => app.stop());
  return app;
}

/** Runs some work with an application of its own. */
export async function withJwtApp(
  adapter: AdapterName,
  setup: JwtAppSetup,
  work: (app: TestApp) => Promise<void>,
): Promise<void> {
  const app = await new TestApp(adapter, setup).start();
  try {
    await work(app);
  } finally {
    await app.stop();
  }
}
