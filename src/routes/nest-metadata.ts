// The metadata keys of Nest's decorators. They are stable since Nest 5. Nest does not export most of them.

/** The guards of a class or method. */
export const GUARDS = '__guards__';

/** The interceptors of a class or method. */
export const INTERCEPTORS = '__interceptors__';

/** The response headers of `@Header()`: a list of names and values. */
export const HEADERS = '__headers__';

/** The path of an HTTP handler, or of a controller. */
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

/** The metadata key of methods that Nest calls for a message or event of a microservice: a list of patterns. */
export const RPC_MARK = 'microservices:pattern';

/** The metadata key of methods that Nest calls for a message of a socket. */
export const SOCKET_MARK = 'websockets:message_mapping';

/** The metadata keys of methods that Nest calls for a message or event. */
export const MESSAGE_MARKS = [RPC_MARK, SOCKET_MARK] as const;

/** The metadata keys of methods that Nest calls for a field of GraphQL, or for an entity of a federation. */
export const FIELD_MARKS = ['graphql:resolve_property', 'graphql:resolve_reference'] as const;

/** The metadata keys of methods that Nest calls for a request, message, event, query or field. */
export const HANDLER_MARKS = [PATH, ...MESSAGE_MARKS, 'graphql:resolver_type', ...FIELD_MARKS] as const;

/** Marks a handler of server-sent events. */
export const SSE = '__sse__';

/** The version of an HTTP handler, or of a controller. */
export const VERSION = '__version__';

/** The host of a controller. */
export const HOST = 'host';

/** The path of a module of `RouterModule`. Nest adds the id of the application to this key. */
export const MODULE_PATH = '__module_path__';

/** On a method: `'Query'`, `'Mutation'` or `'Subscription'`. On a class: the name of its GraphQL type. */
export const RESOLVER_TYPE = 'graphql:resolver_type';

/** The value of `RESOLVER_TYPE` for `@Subscription()`. */
export const SUBSCRIPTION = 'Subscription';

/** The name of a query, mutation, subscription or field in the schema. */
export const RESOLVER_NAME = 'graphql:resolver_name';

/** Whether a pattern is one of messages (1) or of events (2). */
export const PATTERN_KIND = 'microservices:handler_type';

/** The options of a gateway, such as its namespace. */
export const GATEWAY_OPTIONS = 'websockets:gateway_options';

/** The port of a gateway. 0 for the port of the application. */
export const GATEWAY_PORT = 'port';

/** The name of the message of a gateway's handler. */
export const MESSAGE_NAME = 'message';

/** The method of a gateway that Nest calls for a new connection. */
export const CONNECTION_METHOD = 'handleConnection';
