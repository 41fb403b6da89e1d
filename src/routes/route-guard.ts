import { Concealed } from '../types/concealed.js';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { GUARDS } from './nest-metadata.js';
import { requirementOf } from './route-requirement.js';

/** Injects the guard of the application. A symbol, so that the ESM and CommonJS copies of this package agree. */
export const APPLICATION_GUARD = Symbol.for('nestjs-jwt-extended.application-guard');

/** Marks the class, so that both copies of this package know it. */
const ROUTE_GUARD = Symbol.for('nestjs-jwt-extended.route-guard');

/**
 * The guard that `@JwtRequired()` adds to a class. It calls the guard of the application. Without one it refuses every
 * request, so the decorator also protects an application that does not import the module, or loads it late. Nest calls the
 * guards of a class also where it calls no global guard: for messages of gateways on Nest 11, and in hybrid applications.
 */
@Injectable()
@Concealed()
export class RouteGuard implements CanActivate {
  private guard: CanActivate | null = null;

  constructor(
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {}

  /** @throws Error if no module guards the application, unless the handler is public. */
  canActivate(context: ExecutionContext): ReturnType<CanActivate['canActivate']> {
    this.guard ??= this.find();
    if (this.guard !== null) return this.guard.canActivate(context);
    const [handler, controller] = [context.getHandler(), context.getClass()];
    if (requirementOf(handler, controller, false) === null) return true;
    throw new Error(
      `${controller.name}.${handler.name} requires a token, and no JwtExtendedModule guards this application: ` +
        'import JwtExtendedModule.forRoot() in its root module.',
    );
  }

  private find(): CanActivate | null {
    const isThere = [...this.modules.values()].some(({ providers }) => providers.has(APPLICATION_GUARD));
    return isThere ? this.moduleRef.get<CanActivate>(APPLICATION_GUARD, { strict: false }) : null;
  }
}

Object.defineProperty(RouteGuard.prototype, ROUTE_GUARD, { value: true });

/** Adds the guard to a class or method, before its other guards. */
export function bringRouteGuard(target: object): void {
  const guards = (Reflect.getMetadata(GUARDS, target) ?? []) as unknown[];
  if (guards.some(isRouteGuard)) return;
  Reflect.defineMetadata(GUARDS, [RouteGuard, ...guards], target);
}

/** Whether a guard is the one of `@JwtRequired()`. */
export function isRouteGuard(guard: unknown): boolean {
  return typeof guard === 'function' && ROUTE_GUARD in ((guard.prototype as object | undefined) ?? {});
}
