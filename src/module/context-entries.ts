import { Concealed } from '../types/concealed.js';
import {
  Inject,
  Injectable,
  Optional,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type OnModuleInit,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { Observable } from 'rxjs';
import { isClsStore } from '../context/cls-store.js';
import { CurrentCalls } from '../context/current-calls.js';
import { storedContext } from '../context/jwt-context.js';
import { provideCurrentUser, type ViewResponse } from '../context/view-locals.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { enterMessagesOfGateways, enterMessagesOfServer, type MessageServer } from './message-entries.js';
import { enterRequests } from './request-entries.js';

/**
 * Runs each request, message and operation in a call of its own, with the option `asyncContext`. It enters the call before
 * the guards. The interceptor enters it for contexts that the library does not know.
 */
@Injectable()
@Concealed()
export class ContextEntries implements NestInterceptor, OnModuleInit {
  constructor(
    @Optional() @Inject(CurrentCalls) private readonly calls: CurrentCalls | null,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(ApplicationConfig) application: ApplicationConfig | undefined,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
  ) {
    if (calls === null || application === undefined) return;
    application.addGlobalInterceptor(this);
    enterMessagesOfGateways(application, calls, (client) => storedContext(client, settings) ?? null);
    // Nest 10 has no such registry.
    const servers = (modules as Partial<ModulesContainer>).getRpcTargetRegistry?.call(modules);
    servers?.subscribe((server) => enterMessagesOfServer(server as MessageServer, calls));
  }

  onModuleInit(): void {
    if (this.calls === null) return;
    for (const { providers } of this.modules.values()) {
      for (const [token, { instance }] of providers) if (isClsStore(token, instance)) this.calls.useCls(instance);
    }
  }

  /** Called after Nest has added the parser of bodies, and before it adds routes. */
  enterRequests(): void {
    if (this.calls !== null) enterRequests(this.adapterHost.httpAdapter, this.calls);
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { calls } = this;
    if (calls === null) return next.handle();
    const call = calls.settled(context, storedContext(context, this.settings) ?? null);
    if (context.getType() === 'http')
      provideCurrentUser(context.switchToHttp().getResponse<ViewResponse | undefined>(), call);
    return calls.follow(call, () => next.handle());
  }
}
