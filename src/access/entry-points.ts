import {
  CONNECTION_METHOD,
  FIELD_MARKS,
  GATEWAY,
  GATEWAY_OPTIONS,
  GATEWAY_PORT,
  MESSAGE_NAME,
  PATTERN_KIND,
  RESOLVER_NAME,
  RESOLVER_TYPE,
  RPC_MARK,
  SOCKET_MARK,
  SSE,
} from '../routes/nest-metadata.js';
import { isHandler } from '../routes/route-requirement.js';
import type { DeclaredHandler } from './handlers.js';
import type { HttpRoute, HttpRoutes } from './http-routes.js';

/** The transports that call handlers. `'custom'` stands for those of the option `transports`. */
export type AccessTransport = 'http' | 'graphql' | 'ws' | 'rpc' | 'custom';

/** What a handler is called for. */
export type AccessKind =
  | 'request'
  | 'stream'
  | 'query'
  | 'mutation'
  | 'subscription'
  | 'field'
  | 'reference'
  | 'connection'
  | 'message'
  | 'event'
  | 'custom';

/** One way to call a handler. A handler with two paths or two patterns has two. */
export interface EntryPoint {
  readonly transport: AccessTransport;
  readonly kind: AccessKind;
  /** How callers name it: `GET /notes`, `Query.me`, `/chat say`, or a pattern. */
  readonly address: string;
  /** `null` outside of HTTP. */
  readonly route: HttpRoute | null;
}

const [FIELD, REFERENCE] = FIELD_MARKS;
const EVENT = 2;
const OPERATIONS = { Query: 'query', Mutation: 'mutation', Subscription: 'subscription' } as const;

/** All ways to call a handler. */
export function entryPointsOf(handler: DeclaredHandler, routes: HttpRoutes): EntryPoint[] {
  const found = [...httpOf(handler, routes), ...rpcOf(handler), ...socketOf(handler), ...graphqlOf(handler)];
  if (found.length > 0 || handler.rule === undefined || isHandler(handler.method)) return found;
  return [{ transport: 'custom', kind: 'custom', address: handler.name, route: null }];
}

function httpOf(handler: DeclaredHandler, routes: HttpRoutes): EntryPoint[] {
  const kind = Reflect.hasMetadata(SSE, handler.method) ? 'stream' : 'request';
  return routes.of(handler).map((route) => {
    const address = `${route.method} ${route.path}`;
    return { transport: 'http', kind, address, route };
  });
}

function rpcOf({ host, method }: DeclaredHandler): EntryPoint[] {
  const patterns = (Reflect.getMetadata(RPC_MARK, method) ?? []) as unknown[];
  if (host.role !== 'controller') return [];
  const kind = Reflect.getMetadata(PATTERN_KIND, method) === EVENT ? 'event' : 'message';
  return patterns.map((pattern) => ({ transport: 'rpc', kind, address: textOfPattern(pattern), route: null }));
}

function socketOf({ host: { controller, role }, name, method }: DeclaredHandler): EntryPoint[] {
  if (role !== 'provider' || !Reflect.hasMetadata(GATEWAY, controller)) return [];
  const server = serverOf(controller);
  const entry = { transport: 'ws', route: null } as const;
  if (name === CONNECTION_METHOD) return [{ ...entry, kind: 'connection', address: server }];
  if (!Reflect.hasMetadata(SOCKET_MARK, method)) return [];
  const message: unknown = Reflect.getMetadata(MESSAGE_NAME, method);
  return [{ ...entry, kind: 'message', address: `${server} ${textOfPattern(message)}` }];
}

function graphqlOf({ host: { controller, role }, name, method }: DeclaredHandler): EntryPoint[] {
  if (role !== 'provider') return [];
  const entry = { transport: 'graphql', route: null } as const;
  const type = Reflect.getMetadata(RESOLVER_TYPE, method) as keyof typeof OPERATIONS | undefined;
  const own = (Reflect.getMetadata(RESOLVER_NAME, method) ?? name) as string;
  if (type !== undefined && type in OPERATIONS)
    return [{ ...entry, kind: OPERATIONS[type], address: `${type}.${own}` }];
  const parent = String(Reflect.getMetadata(RESOLVER_TYPE, controller) ?? controller.name);
  if (Reflect.hasMetadata(FIELD, method)) return [{ ...entry, kind: 'field', address: `${parent}.${own}` }];
  if (!Reflect.hasMetadata(REFERENCE, method)) return [];
  return [{ ...entry, kind: 'reference', address: `${parent}.__resolveReference` }];
}

/** The port, if it is not the one of the application, and the namespace or path of a gateway. */
function serverOf(gateway: object): string {
  const options = (Reflect.getMetadata(GATEWAY_OPTIONS, gateway) ?? {}) as {
    namespace?: string | RegExp;
    path?: string;
  };
  const port = Number(Reflect.getMetadata(GATEWAY_PORT, gateway) ?? 0);
  const name = String(options.namespace ?? options.path ?? '/');
  return `${port === 0 ? '' : `:${port}`}${name.startsWith('/') ? name : `/${name}`}`;
}

/** A text as it is; an object as JSON with sorted keys, because two equal patterns can differ in their order. */
function textOfPattern(pattern: unknown): string {
  if (typeof pattern !== 'object' || pattern === null) return String(pattern);
  const members = Object.entries(pattern).sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify(Object.fromEntries(members));
}
