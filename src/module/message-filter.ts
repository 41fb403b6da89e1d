import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { ApplicationConfig, BaseExceptionFilter, HttpAdapterHost, ModuleRef, ModulesContainer } from '@nestjs/core';
import { throwError } from 'rxjs';
import { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import { CAUGHT, FILTERS } from '../routes/nest-metadata.js';
import { NestRefusal } from '../transports/nest-exceptions.js';
import { Concealed } from '../types/concealed.js';

/** Injects the exception filter of the application. A symbol, so that the ESM and CommonJS copies of this package agree. */
export const APPLICATION_FILTER = Symbol.for('nestjs-jwt-extended.application-filter');

/** Marks the class, so that both copies of this package know it. */
const MESSAGE_FILTER = Symbol.for('nestjs-jwt-extended.message-filter');

/**
 * The exception filter of every class with handlers of messages. It calls the filter of the application. Nest calls no global
 * filter for messages of gateways, and of hybrid applications without `inheritAppConfig`. Filters of the application on the
 * class or the method win, and also global ones where Nest would call these.
 */
@Catch(JwtExtendedException, NestRefusal)
@Concealed()
export class MessageFilter implements ExceptionFilter {
  constructor(
    @Inject(ApplicationConfig) private readonly application: ApplicationConfig | undefined,
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost | undefined,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {}

  /** A class can have handlers of requests too. Nest calls this filter for them, and their answer must not change. */
  catch(exception: unknown, host: ArgumentsHost): unknown {
    const filter = this.globalFilter(exception, host);
    if (filter !== null) return filter.catch(exception, host);
    if (host.getType() === 'http') return new BaseExceptionFilter(this.adapterHost?.httpAdapter).catch(exception, host);
    const own = this.applicationFilter();
    return own === null ? throwError(() => exception) : own.catch(exception, host);
  }

  /** The global filter that Nest would call next. In a hybrid application, messages may have none, so none is called. */
  private globalFilter(exception: unknown, host: ArgumentsHost): ExceptionFilter | null {
    const isCalled = host.getType() === 'http' || (host.getType() === 'rpc' && !this.adapterHost?.httpAdapter);
    if (!isCalled) return null;
    const filters = this.application?.getGlobalFilters() ?? [];
    return filters.findLast((filter) => catches(filter, exception)) ?? null;
  }

  private applicationFilter(): ExceptionFilter | null {
    const isThere = [...this.modules.values()].some(({ providers }) => providers.has(APPLICATION_FILTER));
    return isThere ? this.moduleRef.get<ExceptionFilter>(APPLICATION_FILTER, { strict: false }) : null;
  }
}

Object.defineProperty(MessageFilter.prototype, MESSAGE_FILTER, { value: true });

/** Adds the filter to a class. It is the first in the list, so Nest calls it after the other filters of the class. */
export function bringMessageFilter(target: object): void {
  const filters = (Reflect.getMetadata(FILTERS, target) ?? []) as unknown[];
  if (filters.some(isMessageFilter)) return;
  Reflect.defineMetadata(FILTERS, [MessageFilter, ...filters], target);
}

function isMessageFilter(filter: unknown): boolean {
  return typeof filter === 'function' && MESSAGE_FILTER in ((filter.prototype as object | undefined) ?? {});
}

function catches(filter: ExceptionFilter, exception: unknown): boolean {
  const caught = (Reflect.getMetadata(CAUGHT, filter.constructor) ?? []) as (abstract new () => unknown)[];
  return caught.length === 0 || caught.some((Exception) => exception instanceof Exception);
}
