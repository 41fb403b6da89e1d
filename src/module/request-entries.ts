import type { HttpServer } from '@nestjs/common';
import type { CurrentCalls } from '../context/current-calls.js';
import { provideCurrentUser, type ViewResponse } from '../context/view-locals.js';
import { nodeRequestOf } from '../transports/node-request.js';

/** A middleware, or the handler of a route. */
type HttpHandler = (request: object, response: ViewResponse, next: () => void) => unknown;

/** A server of Fastify. */
interface HookedServer {
  addHook(name: 'preValidation', hook: HttpHandler): unknown;
}

/** The methods of an adapter that add the handler of a route. */
const ROUTE_METHODS = [
  ...['get', 'post', 'put', 'patch', 'delete', 'options', 'head', 'all', 'search', 'query'],
  ...['propfind', 'proppatch', 'mkcol', 'copy', 'move', 'lock', 'unlock'],
];

/**
 * Runs each request in a call of its own. Middleware of a module would not run for paths outside of a global prefix, such as
 * that of GraphQL. So this adds it to the server, before Nest adds middleware of modules and routes.
 */
export function enterRequests(adapter: HttpServer, calls: CurrentCalls): void {
  const middleware: HttpHandler = (request, response, next) => {
    const call = calls.of(nodeRequestOf(request));
    provideCurrentUser(response, call);
    calls.run(call, next);
  };
  const server: unknown = adapter.getInstance();
  if (hasHooks(server)) {
    // Fastify parses the body after its middleware, in events that can belong to no call.
    server.addHook('preValidation', middleware);
    return;
  }
  const methods = adapter as unknown as Record<string, unknown> & { use(added: HttpHandler): unknown };
  methods.use(middleware);
  enterHandlers(methods, calls);
}

function hasHooks(server: unknown): server is HookedServer {
  return typeof (Object(server) as Partial<HookedServer>).addHook === 'function';
}

/**
 * Enters the call again for the handler. A middleware of the application can come back in the call of another request, for
 * example from a pool of connections, and guards must not see the user of that request.
 */
function enterHandlers(adapter: Record<string, unknown>, calls: CurrentCalls): void {
  for (const name of ROUTE_METHODS) {
    const add = adapter[name];
    if (typeof add !== 'function') continue;
    adapter[name] = (...args: unknown[]): unknown => {
      const inCalls = args.map((each) => (typeof each === 'function' ? entered(each as HttpHandler, calls) : each));
      return Reflect.apply(add, adapter, inCalls) as unknown;
    };
  }
}

function entered(handler: HttpHandler, calls: CurrentCalls): HttpHandler {
  return (request, response, next) => {
    const call = calls.of(nodeRequestOf(request));
    return calls.run(call, () => handler(request, response, next));
  };
}
