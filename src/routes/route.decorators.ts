import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import { ROUTE_RULE, type RouteRule } from './route-requirement.js';
import { settleRequirement, type JwtRequirement } from '../types/requirement.js';

/**
 * Requires a token, on a controller or a handler (`@jwt_required()`). The nearest decorator replaces the farther, nothing
 * is merged. A wrong option is a `TypeError` when the class is defined.
 */
export function JwtRequired(requirement?: JwtRequirement): CustomDecorator {
  return rule(settleRequirement(requirement));
}

/** Opens a controller or a handler, against `@JwtRequired()` on the class and `requireByDefault`. */
export function Public(): CustomDecorator {
  return rule('public');
}

function rule(value: RouteRule): CustomDecorator {
  return SetMetadata(ROUTE_RULE, value);
}
