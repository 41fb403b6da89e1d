import type { Type } from '@nestjs/common';
import { ExternalContextCreator } from '@nestjs/core/helpers/external-context-creator.js';
import { Test, type TestingModule } from '@nestjs/testing';
import type { JwtExtendedOptions, JwtTransport } from 'nestjs-jwt-extended';
import { jwtModule } from './jwt-app.js';

/** A message of a transport that the library does not know. */
export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly data?: unknown;
}

/** The consumer of messages, with one connection. `data` is often a primitive. */
export interface Consumer {
  readonly name: string;
}

/** Calls handlers like a transport of Nest, with guards, interceptors and parameter decorators. */
export class Queue {
  private constructor(
    readonly module: TestingModule,
    private readonly handlers: Type,
    private readonly type: string,
  ) {}

  static async start(handlers: Type, options: JwtExtendedOptions, type = 'queue'): Promise<Queue> {
    const imports = [jwtModule(options)];
    const module = await Test.createTestingModule({ imports, providers: [handlers] }).compile();
    module.useLogger(false);
    await module.init();
    return new Queue(module, handlers, type);
  }

  /** Returns the result of the handler for a message of a consumer. */
  async deliver(method: string, message: Message, consumer: Consumer = { name: 'one' }): Promise<unknown> {
    const creator = this.module.get(ExternalContextCreator, { strict: false });
    const instance = this.module.get<Record<string, (...args: unknown[]) => unknown>>(this.handlers);
    const callback = instance[method] as (...args: unknown[]) => unknown;
    const params = { exchangeKeyForValue: () => undefined };
    const handler = creator.create(
      instance,
      callback,
      method,
      '__routeArguments__',
      params,
      undefined,
      undefined,
      undefined,
      this.type,
    );
    return handler(message, consumer);
  }

  close(): Promise<void> {
    return this.module.close();
  }
}

/** The transport of the library for the messages of `Queue`. */
export const queueTransport: JwtTransport = {
  accepts: (context) => context.getType<string>() === 'queue',
  requestOf: (context) => context.getArgByIndex<Message>(0),
  keyOf: (context) => context.getArgByIndex<Message>(0),
  lifetimeOf: () => 'call',
};
