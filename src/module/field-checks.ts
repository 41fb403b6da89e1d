import type { ModulesContainer } from '@nestjs/core';
import { methodNames, methodOf } from '../routes/handler-names.js';
import { FIELD_MARKS } from '../routes/nest-metadata.js';
import { requirementOf } from '../routes/route-requirement.js';
import type { Handler } from '../routes/route-rules.js';
import type { Host } from './handler-checks.js';

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
export function refuseUnguardedFields(hosts: readonly Host[], modules: ModulesContainer, byDefault: boolean): void {
  if (areFieldsGuarded(modules)) return;
  const open = hosts.flatMap(({ controller }) =>
    methodNames(controller)
      .filter((name) => name !== TYPE_FIELD && isField(methodOf(controller, name) as Handler))
      .filter((name) => requirementOf(methodOf(controller, name) as Handler, controller, byDefault) !== null)
      .map((name) => `${controller.name}.${name}`),
  );
  if (open.length === 0) return;
  throw new TypeError(
    `${[...new Set(open)].join(', ')}: this field or reference of GraphQL requires a token, but Nest calls no guard for it. Set ` +
      "fieldResolverEnhancers: ['guards'] in GraphQLModule.forRoot(), or mark it @Public() if only protected queries lead to it.",
  );
}

function isField(method: Handler): boolean {
  return FIELD_MARKS.some((mark) => Reflect.hasMetadata(mark, method));
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
