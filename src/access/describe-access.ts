import type { INestApplicationContext } from '@nestjs/common';
import { CONNECTION_METHOD, GATEWAY } from '../routes/nest-metadata.js';
import { rowOf, type AccessRow } from './access-row.js';
import { entryPointsOf, type EntryPoint } from './entry-points.js';
import { globalInterceptorsOf } from './global-enhancers.js';
import { connectionHandlersOf, handlersOf, type DeclaredHandler } from './handlers.js';
import { hostsOf } from './hosts.js';
import { HttpRoutes } from './http-routes.js';
import { partsOf, type NestParts } from './nest-application.js';

/**
 * A handler, and one way to call it.
 *
 * @internal
 */
export interface CallableHandler {
  readonly handler: DeclaredHandler;
  readonly entry: EntryPoint;
}

/**
 * Every handler of every transport with what it asks of its callers: HTTP, GraphQL, gateways and microservices. The rows are
 * frozen and sorted by transport and address. The application need not have started. Set its global prefix and versioning before.
 *
 * @throws TypeError if the application does not import `JwtExtendedModule`
 * @example
 * const open = describeAccess(app).filter(({ requirement }) => requirement === 'none' || requirement === 'public');
 */
export function describeAccess(app: INestApplicationContext): readonly AccessRow[] {
  const parts = partsOf(app, 'describeAccess');
  const context = { settings: parts.settings, globalInterceptors: globalInterceptorsOf(parts.config) };
  const rows = new Map<string, AccessRow>();
  for (const { handler, entry } of callableHandlersOf(parts)) {
    const row = rowOf(handler, entry, context);
    // A class in two modules has each of its handlers twice.
    rows.set(JSON.stringify(row), row);
  }
  return Object.freeze([...rows.values()].sort(inOrder));
}

/**
 * The handlers of an application in the order in which Nest binds them, with each way to call them.
 *
 * @internal
 */
export function callableHandlersOf({ modules, config, settings }: NestParts): CallableHandler[] {
  const hosts = hostsOf(modules);
  const routes = new HttpRoutes(config, modules);
  const declared = handlersOf(hosts, settings.requireByDefault).filter((handler) => !isConnection(handler));
  const connections = connectionHandlersOf(hosts, settings.requireByDefault);
  return [...declared, ...connections].flatMap((handler) =>
    entryPointsOf(handler, routes).map((entry) => ({ handler, entry })),
  );
}

function isConnection({ name, host }: DeclaredHandler): boolean {
  return name === CONNECTION_METHOD && Reflect.hasMetadata(GATEWAY, host.controller);
}

/** By code units, so that the order is the same on every machine. */
function inOrder(left: AccessRow, right: AccessRow): number {
  const [one, other] = [sortKeyOf(left), sortKeyOf(right)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function sortKeyOf({ transport, path, address, method, version, host, handler }: AccessRow): string {
  return [transport, path ?? address, method, version, host, handler].join('\u0000');
}
