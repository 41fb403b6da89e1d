import type { ModulesContainer } from '@nestjs/core';
import { nameOf, type DeclaredHandler } from '../access/handlers.js';
import { FIELD_MARKS } from '../routes/nest-metadata.js';

/** The token of the options of `GraphQLModule`, which Nest does not export. */
const GRAPHQL_OPTIONS = 'GqlModuleOptions';

/** Nest never calls a guard for this field. It returns the name of a type, not data. */
const TYPE_FIELD = '__resolveType';

/**
 * Refuses fields and references of GraphQL that require a token, unless Nest calls guards for them. Their requirement can be
 * their own, the one of their class, or the default.
 *
 * @throws TypeError that names the fields
 */
export function refuseUnguardedFields(handlers: readonly DeclaredHandler[], modules: ModulesContainer): void {
  if (areFieldsGuarded(modules)) return;
  const open = handlers.filter((handler) => handler.requirement !== null && isGuardedField(handler)).map(nameOf);
  if (open.length === 0) return;
  throw new TypeError(
    `${[...new Set(open)].join(', ')}: this field or reference of GraphQL requires a token, but Nest calls no guard for it. Set ` +
      "fieldResolverEnhancers: ['guards'] in GraphQLModule.forRoot(), or mark it @Public() if only protected queries lead to it.",
  );
}

function isGuardedField({ name, method }: DeclaredHandler): boolean {
  return name !== TYPE_FIELD && FIELD_MARKS.some((mark) => Reflect.hasMetadata(mark, method));
}

/** Whether every GraphQL module of the application calls guards for fields. */
function areFieldsGuarded(modules: ModulesContainer): boolean {
  const options = [...modules.values()].flatMap(({ providers }) => {
    const wrapper = providers.get(GRAPHQL_OPTIONS);
    return wrapper === undefined ? [] : [wrapper.instance as { fieldResolverEnhancers?: unknown } | undefined];
  });
  return options.length > 0 && options.every((each) => hasGuards(each?.fieldResolverEnhancers));
}

function hasGuards(enhancers: unknown): boolean {
  return Array.isArray(enhancers) && enhancers.includes('guards');
}
