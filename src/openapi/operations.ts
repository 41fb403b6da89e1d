import type { CallableHandler } from '../access/describe-access.js';
import type { DeclaredHandler } from '../access/handlers.js';
import type { HttpRoute } from '../access/http-routes.js';
import type { ChangeableDocument, Operation } from './document.js';

/** An operation of the document, and the handler that it describes. */
export interface DescribedOperation {
  readonly operation: Operation;
  /** In upper case. */
  readonly method: string;
  readonly handler: DeclaredHandler;
}

interface Candidate {
  readonly handler: DeclaredHandler;
  readonly route: HttpRoute;
}

/** The keys of a path that are methods. The others are parameters, servers and descriptions. */
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'search', 'query'];

/** The metadata keys of `@ApiExcludeController()` and `@ApiExcludeEndpoint()`. */
const EXCLUDED_CLASS = 'swagger/apiExcludeController';
const EXCLUDED_METHOD = 'swagger/apiExcludeEndpoint';

/** The operations of a document that are handlers of the application. Paths of other origin are left out. */
export function describedOperations(
  document: ChangeableDocument,
  callable: readonly CallableHandler[],
): DescribedOperation[] {
  const candidates = callable.flatMap(({ handler, entry: { route } }) =>
    route === null || isExcluded(handler) ? [] : [{ handler, route }],
  );
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item ?? {}).flatMap(([key, operation]) => {
      if (operation === undefined || !METHODS.includes(key)) return [];
      const method = key.toUpperCase();
      const handler = handlerOf(operation, method, path, candidates);
      return handler === null ? [] : [{ operation, method, handler }];
    }),
  );
}

/** The handler of an operation. Versions and hosts can share one path, and then the document describes the last of them. */
function handlerOf(
  operation: Operation,
  method: string,
  path: string,
  candidates: readonly Candidate[],
): DeclaredHandler | null {
  const shape = shapeOf(path);
  const ofMethod = candidates.filter(({ route }) => route.method === method || route.method === 'ALL');
  const full = ofMethod.filter(({ route }) => shapeOf(route.path) === shape);
  // With `ignoreGlobalPrefix`, the paths of the document have no prefix.
  const found = full.length > 0 ? full : ofMethod.filter(({ route }) => shapeOf(route.pathInPrefix) === shape);
  const named = found.filter(({ handler }) => isNamed(operation, handler));
  return (named.length > 0 ? named : found).at(-1)?.handler ?? null;
}

/** Whether the id of an operation has the names of the handler, as it has by default. */
function isNamed({ operationId }: Operation, { host, name }: DeclaredHandler): boolean {
  const start = `${host.controller.name}_${name}`;
  return (
    operationId !== undefined && operationId.startsWith(start) && /^(?:$|[_[])/.test(operationId.slice(start.length))
  );
}

/** A path without the names of its parameters, which Nest and OpenAPI write in different ways. */
function shapeOf(path: string): string {
  const parameters = path
    .replace(/\{([\w$]+)\}/g, ':$1')
    .replace(/[{}\\]/g, '')
    .replace(/:[\w$]+(?:\([^)]*\))?\??|\*[\w$]*|\(\.\*\)/g, '{}');
  return parameters.length > 1 ? parameters.replace(/\/$/, '') : parameters;
}

function isExcluded({ host, method }: DeclaredHandler): boolean {
  const ofClass = Reflect.getMetadata(EXCLUDED_CLASS, host.controller) as unknown[] | undefined;
  const ofMethod = Reflect.getMetadata(EXCLUDED_METHOD, method) as { disable?: boolean } | undefined;
  return ofClass?.[0] === true || ofMethod?.disable === true;
}
