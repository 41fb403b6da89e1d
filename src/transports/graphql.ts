import type { ArgumentsHost } from '@nestjs/common';
import { readGraphqlRequest, type GraphqlRequest } from './graphql-request.js';
import { nodeRequestOf } from './node-request.js';
import type { Transport } from './transport.js';

/**
 * GraphQL with Apollo and Mercurius. A query or mutation has its HTTP request, however many resolvers it has. An operation
 * over a socket (graphql-ws) has the payload of `connection_init` as well, which comes before the upgrade request.
 */
export const graphql: Transport = {
  accepts: (context) => (context as Partial<ArgumentsHost>).getType?.<string>() === 'graphql',
  requestOf: (context) => requestOf(context).request,
  keyOf(context) {
    const { request, socket } = requestOf(context);
    return socket ?? nodeRequestOf(request);
  },
  // Operations of one socket can follow each other for hours.
  lifetimeOf: (context) => (requestOf(context).socket === null ? 'call' : 'connection'),
  tokenOf: (context) => requestOf(context).token,
  // The resolvers of one operation run in parallel.
  isParallel: true,
};

/** What was read of the context of an operation. All resolvers of the operation have the same context. */
const known = new WeakMap<object, GraphqlRequest>();

function requestOf(host: ArgumentsHost): GraphqlRequest {
  const context = contextOf(host);
  let found = known.get(context);
  if (found === undefined) known.set(context, (found = readGraphqlRequest(context)));
  return found;
}

/**
 * The arguments are `[root, args, context, info]`, and for a reference of a federation `[reference, context, info]`. Not by
 * `getArgs()`, which returns the second of them in a `GqlExecutionContext`.
 */
function contextOf(host: ArgumentsHost): object {
  const isReference = host.getArgByIndex<unknown>(3) === undefined;
  const context = host.getArgByIndex<unknown>(isReference ? 1 : 2);
  if (typeof context === 'object' && context !== null) return context;
  throw new Error('The GraphQL context is no object. Return an object with the request from the option context.');
}
