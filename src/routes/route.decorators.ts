import type { Type } from '@nestjs/common';
import { settleRequirement, type JwtRequirement, type SettledRequirement } from '../types/requirement.js';
import { bringRouteGuard } from './route-guard.js';
import { setClassRule, setMethodRule, type Handler, type RouteRule } from './route-rules.js';

/** A decorator for a controller, gateway or resolver, or for one of its methods. */
export type RouteDecorator = ClassDecorator & MethodDecorator;

/**
 * Requires a token on a class or a method (`@jwt_required()`). A decorator on a method replaces the one on its class; the two
 * are not merged.
 *
 * @throws TypeError for a wrong option, when the class is defined.
 */
export function JwtRequired(requirement?: JwtRequirement): ClassDecorator & MethodDecorator {
  return decorator('JwtRequired', shared(settleRequirement(requirement)));
}

/** Opens a class or a method, despite `requireByDefault` or `@JwtRequired()` on the class. */
export function Public(): ClassDecorator & MethodDecorator {
  return decorator('Public', 'public');
}

const known = new Map<string, SettledRequirement>();

/** Makes equal requirements one object, so that the resolvers of one GraphQL request share a check. */
function shared(requirement: SettledRequirement): SettledRequirement {
  if (requirement.allow !== null) return requirement;
  const text = JSON.stringify(requirement);
  const equal = known.get(text) ?? requirement;
  known.set(text, equal);
  return equal;
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
    // The guard of the class protects a replaced method. The guard of the method protects it in another class.
    bringRouteGuard(target.constructor);
    bringRouteGuard(method);
  };
}

/** Nest calls only methods for requests. A requirement on another member would protect no request. */
function requireMethod(name: string, target: object, key: string | symbol, descriptor?: PropertyDescriptor): Handler {
  const method: unknown = descriptor?.value;
  if (typeof method === 'function' && typeof target !== 'function' && typeof key === 'string') return method;
  const host = typeof target === 'function' ? target.name : target.constructor.name;
  throw new TypeError(
    `@${name}() is on ${host}.${String(key)}, which is not a method that Nest can call for a request.`,
  );
}
