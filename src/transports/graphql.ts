import type { ArgumentsHost } from '@nestjs/common';
import type { HttpRequest } from '../types/http.js';
import { httpRequestOf, readGraphqlRequest, type GraphqlRequest } from './graphql-request.js';
import { nodeRequestOf } from './node-request.js';
import type { Transport } from './transport.js';

/**
 * GraphQL with Apollo and Mercurius. A query or mutation has its HTTP request, however many resolvers it has. An operation
 * over a socket (graphql-ws) has the payload of `connection_init` as well, which comes before the upgrade request.
 */
export const graphql: Transport = {
  accepts: (host) => (host as Partial<ArgumentsHost>).getType?.<string>() === 'graphql',
  requestOf(host) {
    const context = contextOf(host);
    return httpRequestOf(context) ?? requestOf(context);
  },
  keyOf(host) {
    const context = contextOf(host);
    const request = httpRequestOf(context);
    if (request !== null) return nodeRequestOf(request);
    const found = requestIn(context);
    return found === null ? context : (found.socket ?? nodeRequestOf(found.request));
  },
  // Operations of one socket can follow each other for hours.
  lifetimeOf(host) {
    const context = contextOf(host);
    return httpRequestOf(context) !== null || requestIn(context)?.socket === null ? 'call' : 'connection';
  },
  tokenOf(host) {
    const context = contextOf(host);
    return httpRequestOf(context) === null ? (requestIn(context)?.token ?? null) : null;
  },
  operationOf(host) {
    const context = contextOf(host);
    const request = httpRequestOf(context) ?? requestOverHttp(context);
    return request === null ? context : nodeRequestOf(request);
  },
  runsInPromises: true,
  // The resolvers of one operation run in parallel.
  isParallel: true,
  // The payload of connection_init comes once for each socket.
  holdsToken: true,
};

/** The HTTP request of a context that has it in another member, such as the reply of Mercurius. */
function requestOverHttp(context: object): HttpRequest | null {
  const found = requestIn(context);
  return found !== null && found.socket === null ? found.request : null;
}

/** The requests of contexts without an HTTP request. All resolvers of an operation have the same context. */
const known = new WeakMap<object, GraphqlRequest | null>();

function requestOf(context: object): HttpRequest {
  const found = requestIn(context);
  if (found !== null) return found.request;
  throw new Error(
    'The GraphQL context has no request, so its token cannot be read. Return it from the option context of GraphQLModule: ' +
      '({ req }) => ({ req }) for Apollo, (request) => ({ req: request }) for Mercurius.',
  );
}

function requestIn(context: object): GraphqlRequest | null {
  let found = known.get(context);
  if (found === undefined) known.set(context, (found = readGraphqlRequest(context)));
  return found;
}

/**
 * The arguments are `[root, args, context, info]`, and for a reference of a federation `[reference, context, info]`. Not by
 * `getArgs()`, which returns the second of them in a `GqlExecutionContext`. Without a context, the call is its own context.
 */
function contextOf(host: ArgumentsHost): object {
  const isReference = host.getArgByIndex<unknown>(3) === undefined;
  const context = host.getArgByIndex<unknown>(isReference ? 1 : 2);
  return typeof context === 'object' && context !== null ? context : host;
}
