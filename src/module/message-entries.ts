import type { WebSocketAdapter } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import type { CurrentCalls } from '../context/current-calls.js';
import type { JwtContext } from '../types/jwt-context.js';

type MessageCallback = (...args: unknown[]) => unknown;

/** A server of a microservice, or a strategy of the application. */
export interface MessageServer {
  addHandler(pattern: unknown, callback: MessageCallback, ...rest: unknown[]): unknown;
}

/** The token of a connection; `null` for an anonymous one. */
type ContextOfClient = (client: object) => JwtContext | null;

/**
 * Runs each message of a gateway in a call of its own, and `handleConnection()` and `handleDisconnect()` with the token of the
 * connection. The adapter is known only when Nest or the application sets it.
 */
export function enterMessagesOfGateways(
  application: ApplicationConfig,
  calls: CurrentCalls,
  contextOf: ContextOfClient,
): void {
  const entered = new WeakSet<WebSocketAdapter>();
  const setIoAdapter = application.setIoAdapter.bind(application);
  application.setIoAdapter = (adapter) => {
    if (!entered.has(adapter)) {
      enterMessagesOfAdapter(adapter, calls);
      enterConnectionsOfAdapter(adapter, calls, contextOf);
    }
    entered.add(adapter);
    setIoAdapter(adapter);
  };
}

function enterMessagesOfAdapter(adapter: WebSocketAdapter, calls: CurrentCalls): void {
  const bindMessageHandlers = adapter.bindMessageHandlers.bind(adapter);
  adapter.bindMessageHandlers = (client: unknown, handlers, transform) => {
    const inCalls = handlers.map((handler) => ({
      ...handler,
      callback: entering('ws', handler.callback as MessageCallback, calls),
    }));
    bindMessageHandlers(client, inCalls as typeof handlers, transform);
  };
}

function enterConnectionsOfAdapter(adapter: WebSocketAdapter, calls: CurrentCalls, contextOf: ContextOfClient): void {
  const bindClientConnect = adapter.bindClientConnect.bind(adapter);
  adapter.bindClientConnect = (server: unknown, callback: MessageCallback) => {
    bindClientConnect(server, (...args: unknown[]) =>
      calls.runWith(contextOf(Object(args[0]) as object), () => callback(...args)),
    );
  };
  const bindClientDisconnect = adapter.bindClientDisconnect?.bind(adapter);
  if (bindClientDisconnect === undefined) return;
  adapter.bindClientDisconnect = (client: object, callback: MessageCallback) => {
    bindClientDisconnect(client, (...args: unknown[]) => calls.runWith(contextOf(client), () => callback(...args)));
  };
}

/** Runs each message of a microservice in a call of its own. */
export function enterMessagesOfServer(server: MessageServer, calls: CurrentCalls): void {
  const addHandler = server.addHandler.bind(server);
  server.addHandler = (pattern, callback, ...rest) => addHandler(pattern, withNext(callback, calls), ...rest);
}

/** The server sets `next` if several handlers have one event. Nest reads it from the function that it has created. */
function withNext(callback: MessageCallback, calls: CurrentCalls): MessageCallback {
  const chained = callback as MessageCallback & { next?: unknown };
  return Object.defineProperty(entering('rpc', callback, calls), 'next', {
    get: () => chained.next,
    set: (next: unknown) => (chained.next = next),
  });
}

function entering(type: 'ws' | 'rpc', callback: MessageCallback, calls: CurrentCalls): MessageCallback {
  return (...args) => calls.runMessage(type, () => callback(...args));
}
