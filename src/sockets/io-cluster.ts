import { EventEmitter } from 'node:events';
import type { ConnectionRegistry, EndedTarget } from '../connections/connection-registry.js';

/** The part of a namespace that reaches the other servers of a cluster. */
export interface ClusterNamespace {
  on(event: string, listener: (...args: never[]) => void): unknown;
  serverSideEmit?(event: string, target: EndedTarget): unknown;
  readonly adapter?: unknown;
  readonly server?: unknown;
}

/** The event between servers. */
const ENDED = 'nestjs-jwt-extended:ended';

/** The namespaces that listen already, and the registers that they serve. */
const joined = new WeakMap<object, WeakSet<ConnectionRegistry>>();

/**
 * Reaches the other servers of a cluster of socket.io, such as one with its Redis adapter. If something here ends a session or a
 * user, the servers end the connections that they have. The namespace `/` is there in every server.
 */
export function joinCluster(namespace: ClusterNamespace, registry: ConnectionRegistry): void {
  const root = rootOf(namespace);
  const registries = joined.get(root) ?? new WeakSet();
  joined.set(root, registries);
  if (registries.has(registry)) return;
  registries.add(registry);
  root.on(ENDED, (message: unknown) => follow(message, registry));
  registry.onEnded((target) => {
    if (reachesOthers(root.adapter)) root.serverSideEmit?.(ENDED, target);
  });
}

function rootOf(namespace: ClusterNamespace): ClusterNamespace {
  const { sockets } = (namespace.server ?? {}) as { sockets?: ClusterNamespace };
  return sockets ?? namespace;
}

/** The adapter in memory has this method too, and prints a warning. It is the class that all other adapters extend. */
function reachesOthers(adapter: unknown): boolean {
  for (let link = prototypeOf(adapter); link !== null; link = prototypeOf(link)) {
    if (Object.hasOwn(link, 'serverSideEmit')) return prototypeOf(link) !== EventEmitter.prototype;
  }
  return false;
}

/** The message of a server with another version of this library can have another form. */
function follow(message: unknown, registry: ConnectionRegistry): void {
  const { cause, sid, subject, except = null } = (message ?? {}) as Readonly<Record<string, unknown>>;
  if (cause !== 'revoked' && cause !== 'closed') return;
  if (typeof sid === 'string') registry.follow({ cause, sid });
  else if (typeof subject === 'string' && (except === null || typeof except === 'string')) {
    registry.follow({ cause, subject, except });
  }
}

function prototypeOf(value: unknown): object | null {
  return typeof value === 'object' && value !== null ? (Object.getPrototypeOf(value) as object | null) : null;
}
