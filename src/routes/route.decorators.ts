import type { Type } from '@nestjs/common';
import { settleRequirement, type JwtRequirement } from '../types/requirement.js';
import { bringRouteGuard } from './route-guard.js';
import { setClassRule, setMethodRule, type Handler, type RouteRule } from './route-rules.js';

/** Stands on a controller, gateway or resolver, or on one of its methods. */
export type RouteDecorator = ClassDecorator & MethodDecorator;

/**
 * Requires a token, on a class or a method (`@jwt_required()`). The nearest decorator replaces the farther, nothing is
 * merged.
 *
 * @throws TypeError for a wrong option, when the class is defined.
 */
export function JwtRequired(requirement?: JwtRequirement): RouteDecorator {
  return decorator('JwtRequired', settleRequirement(requirement));
}

/** Opens a class or a method, against `@JwtRequired()` on the class and `requireByDefault`. */
export function Public(): RouteDecorator {
  return decorator('Public', 'public');
}

function decorator(name: string, rule: RouteRule): RouteDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (key === undefined) {
      setClassRule(target as Type, rule);
      if (rule !== 'public') bringRouteGuard(target);
      return;
    }
    const method = requireMethod(name, target, key, descriptor);
    setMethodRule(target.constructor as Type, key as string, method, rule);
    if (rule === 'public') return;
    // On the class for a method that is replaced, on the method for one that another class takes over.
    bringRouteGuard(target.constructor);
    bringRouteGuard(method);
  };
}

/** Nest routes methods alone. A requirement on anything else would protect nothing. */
function requireMethod(name: string, target: object, key: string | symbol, descriptor?: PropertyDescriptor): Handler {
  const method: unknown = descriptor?.value;
  if (typeof method === 'function' && typeof target !== 'function' && typeof key === 'string') return method;
  const host = typeof target === 'function' ? target.name : target.constructor.name;
  throw new TypeError(`@${name}() stands on ${host}.${String(key)}, which is no method that Nest calls for a request.`);
}
