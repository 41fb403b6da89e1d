import { Concealed } from '../types/concealed.js';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { StreamsInterceptor } from '../connections/streams.interceptor.js';
import { methodNames, methodOf } from '../routes/handler-names.js';
import { INTERCEPTORS, RESOLVER_TYPE, SSE, SUBSCRIPTION } from '../routes/nest-metadata.js';
import type { Handler } from '../routes/route-rules.js';

/** Adds the interceptor that ends streams to the handlers of server-sent events and of subscriptions of GraphQL. */
@Injectable()
@Concealed()
export class StreamHandlers implements OnApplicationShutdown {
  private readonly handlers: Handler[];

  // In the constructor: Nest reads the interceptors of a handler when it binds its route.
  constructor(
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(StreamsInterceptor) private readonly interceptor: StreamsInterceptor,
  ) {
    this.handlers = streamHandlersOf(modules);
    for (const handler of this.handlers) setInterceptors(handler, [interceptor, ...interceptorsOf(handler)]);
  }

  /** The metadata of a handler outlives the application. */
  onApplicationShutdown(): void {
    for (const handler of this.handlers) {
      setInterceptors(
        handler,
        interceptorsOf(handler).filter((each) => each !== this.interceptor),
      );
    }
  }
}

function streamHandlersOf(modules: ModulesContainer): Handler[] {
  const classes = [...modules.values()].flatMap(({ controllers, providers }) =>
    [...controllers.values(), ...providers.values()].map(({ metatype }) => metatype),
  );
  const handlers = classes.flatMap((each) => {
    if (typeof each !== 'function' || typeof each.prototype !== 'object') return [];
    const type = each as Parameters<typeof methodOf>[0];
    return methodNames(type).map((name) => methodOf(type, name) as Handler);
  });
  return [...new Set(handlers)].filter(isStream);
}

function isStream(handler: Handler): boolean {
  return Reflect.getMetadata(SSE, handler) === true || Reflect.getMetadata(RESOLVER_TYPE, handler) === SUBSCRIPTION;
}

function interceptorsOf(handler: Handler): unknown[] {
  return (Reflect.getMetadata(INTERCEPTORS, handler) ?? []) as unknown[];
}

function setInterceptors(handler: Handler, interceptors: unknown[]): void {
  Reflect.defineMetadata(INTERCEPTORS, interceptors, handler);
}
