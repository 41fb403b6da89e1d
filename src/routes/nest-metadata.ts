// The metadata keys of Nest's decorators. They are stable since Nest 5. Nest does not export most of them.

/** The guards of a class or method. */
export const GUARDS = '__guards__';

/** The interceptors of a class or method. */
export const INTERCEPTORS = '__interceptors__';

/** The path of an HTTP handler. */
export const PATH = 'path';

/** The HTTP method of a handler. */
export const METHOD = 'method';

/** The value of `METHOD` for `@Options()`. */
export const OPTIONS_METHOD = 6;

/** The exception filters of a class or method. */
export const FILTERS = '__exceptionFilters__';

/** The exceptions that a filter catches. An empty list: all. */
export const CAUGHT = '__filterCatchExceptions__';

/** Marks the class of a gateway. */
export const GATEWAY = 'websockets:is_gateway';

/** The metadata key of methods that Nest calls for a message or event of a microservice. */
export const RPC_MARK = 'microservices:pattern';

/** The metadata key of methods that Nest calls for a message of a socket. */
export const SOCKET_MARK = 'websockets:message_mapping';

/** The metadata keys of methods that Nest calls for a message or event. */
export const MESSAGE_MARKS = [RPC_MARK, SOCKET_MARK] as const;

/** The metadata keys of methods that Nest calls for a field of GraphQL, or for an entity of a federation. */
export const FIELD_MARKS = ['graphql:resolve_property', 'graphql:resolve_reference'] as const;

/** The metadata keys of methods that Nest calls for a request, message, event, query or field. */
export const HANDLER_MARKS = [PATH, ...MESSAGE_MARKS, 'graphql:resolver_type', ...FIELD_MARKS] as const;
