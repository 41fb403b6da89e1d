import type { Admission } from '../authentication/request-results.js';
import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import { refusalBody } from '../errors/refusal-body.js';
import { handshakeOf } from '../transports/handshakes.js';
import type { Door, ServerRules } from './door.js';
import { refusalOf } from './handshake-refusal.js';
import { joinCluster, type ClusterNamespace } from './io-cluster.js';

/** A socket of socket.io on the server, as far as it is used here. */
export interface IoSocket {
  emit(event: string, body: unknown): unknown;
  disconnect(close?: boolean): unknown;
  once(event: string, listener: () => void): unknown;
  /** The connection of the client, which its namespaces share. */
  readonly client?: { readonly sockets?: { readonly size: number }; readonly conn?: { close(): void } };
}

type Next = (error?: Error) => void;

/** A namespace of socket.io, or the parent of dynamic ones. */
export interface IoNamespace extends ClusterNamespace {
  use(middleware: (socket: IoSocket, next: Next) => void): unknown;
}

interface IoServer {
  /** The namespace `/` of a server. The sockets of a namespace. */
  readonly sockets?: unknown;
  readonly opts?: { connectionStateRecovery?: { skipMiddlewares?: boolean } };
  readonly server?: IoServer;
}

/** The namespace that an adapter has created; for a server its namespace `/`. `null` if it is none of socket.io. */
export function ioNamespaceOf(server: unknown): IoNamespace | null {
  if (!isNamespace(server)) return null;
  const { sockets } = server as IoServer;
  return isNamespace(sockets) ? sockets : server;
}

function isNamespace(value: unknown): value is IoNamespace {
  const { use, on, to } = (value ?? {}) as Partial<Record<'use' | 'on' | 'to', unknown>>;
  return [use, on, to].every((method) => typeof method === 'function');
}

/**
 * Decides about the clients of a namespace in a middleware, which runs before `handleConnection()` and before any message. The
 * event `connect` comes before `connection`, which Nest listens to.
 */
export function protectNamespace(namespace: IoNamespace, rules: ServerRules, door: Door): void {
  const accepted = new WeakMap<object, readonly Admission[]>();
  checkRecoveredSockets(namespace);
  namespace.use((socket, next) => {
    if (door.isOpen(rules)) return next();
    door.check(handshakeOf(socket), rules).then(
      (admissions) => {
        accepted.set(socket, admissions);
        door.letIn(socket, admissions);
        next();
      },
      (error: unknown) => next(connectError(error)),
    );
  });
  namespace.on('connect', (socket: IoSocket) => {
    const admissions = accepted.get(socket);
    if (admissions !== undefined) keep(socket, admissions, door);
    // Some code has removed the middleware.
    else if (!door.isOpen(rules)) socket.disconnect(true);
  });
  joinCluster(namespace, door.registry);
}

/** A client that returns after a lost connection would skip the middlewares by default, also when its token has ended. */
function checkRecoveredSockets(namespace: IoNamespace): void {
  const { server } = namespace as IoServer;
  const recovery = server?.opts?.connectionStateRecovery;
  if (recovery) recovery.skipMiddlewares = false;
}

function keep(socket: IoSocket, admissions: readonly Admission[], door: Door): void {
  const remove = door.register(socket, admissions, end);
  if (remove !== null) socket.once('disconnect', remove);
}

/** Closes the connection only if the client has no other namespace on it. */
function end(socket: IoSocket, error: JwtExtendedException): void {
  socket.emit('exception', refusalBody(error));
  socket.disconnect();
  if (socket.client?.sockets?.size === 0) socket.client.conn?.close();
}

function connectError(error: unknown): Error {
  const { message, data } = refusalOf(error);
  return Object.assign(new Error(message), { data });
}
