import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, Observable } from 'rxjs';
import { storedContext } from '../context/jwt-context.js';
import { refusalBody } from '../errors/refusal-body.js';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { requirementOf } from '../routes/route-requirement.js';
import { Transports } from '../transports/transports.js';
import { Concealed } from '../types/concealed.js';
import type { JwtContext } from '../types/jwt-context.js';
import { ConnectionRegistry } from './connection-registry.js';
import { EndingIterator, isEvents } from './ending-iterator.js';
import type { ConnectionKind, LiveConnection } from './live-connection.js';

/**
 * Ends a stream of server-sent events or a subscription of GraphQL when the token that opened it ends. Its socket stays open.
 * The module adds it to the handlers of streams, so that other handlers do not pay for it.
 */
@Injectable()
@Concealed()
export class StreamsInterceptor implements NestInterceptor {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(Transports) private readonly transports: Transports,
    @Inject(ConnectionRegistry) private readonly registry: ConnectionRegistry,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    // Another application in the process can have the same handlers.
    const found = storedContext(context, this.settings);
    if (found === undefined || found === null) return next.handle();
    if (context.getType() === 'http') return this.endingStream(context, found, next.handle());
    return next
      .handle()
      .pipe(map((value: unknown) => (isEvents(value) ? this.endingEvents(context, found, value) : value)));
  }

  /** The events, then one of type `error` with the refusal. The client's `EventSource` connects again and gets the 401. */
  private endingStream(context: ExecutionContext, found: JwtContext, events: Observable<unknown>): Observable<unknown> {
    return new Observable((subscriber) => {
      const remove = this.register(context, found, 'event-stream', (error) => {
        subscriber.next({ type: 'error', data: refusalBody(error) });
        subscriber.complete();
      });
      subscriber.add(remove);
      subscriber.add(events.subscribe(subscriber));
    });
  }

  private endingEvents(
    context: ExecutionContext,
    found: JwtContext,
    events: AsyncIterable<unknown>,
  ): AsyncIterable<unknown> {
    const ending = new EndingIterator(events, () => remove());
    // GraphQL copies the extensions of the exception: its code.
    const remove = this.register(context, found, 'subscription', (error) => ending.end(error));
    return ending;
  }

  private register(
    context: ExecutionContext,
    found: JwtContext,
    kind: ConnectionKind,
    end: LiveConnection['end'],
  ): () => void {
    const requirement = requirementOf(context.getHandler(), context.getClass(), this.settings.requireByDefault);
    const requirements = requirement === null ? [] : [requirement];
    const transport = this.transports.find(context);
    const client = transport?.keyOf(context) ?? context;
    return this.registry.add(found, { kind, client, requirements, request: transport?.requestOf(context), end });
  }
}
