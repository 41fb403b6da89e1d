import { Concealed } from '../types/concealed.js';
import { Inject, Injectable, type Type } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { methodNames, methodOf } from '../routes/handler-names.js';
import { MESSAGE_MARKS } from '../routes/nest-metadata.js';
import type { Handler } from '../routes/route-rules.js';
import { bringRouteGuard, RouteGuard } from '../routes/route-guard.js';

type NestModule = ModulesContainer extends Map<string, infer M> ? M : never;

/**
 * With `requireByDefault`, adds the guard of `@JwtRequired()` to every class that handles messages. Nest calls no global
 * guard for messages of gateways on Nest 11, and of hybrid applications without `inheritAppConfig`.
 */
@Injectable()
@Concealed()
export class MessageGuards {
  // In the constructor: Nest binds the handlers of messages before it calls onModuleInit().
  constructor(
    @Inject(SETTINGS) { requireByDefault }: Settings,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {
    if (requireByDefault) for (const module of modules.values()) this.guardClassesOf(module);
  }

  private guardClassesOf(module: NestModule): void {
    const classes = [...module.controllers.values(), ...module.providers.values()].map(({ metatype }) => metatype);
    for (const each of classes.filter(isMessageHandler)) {
      bringRouteGuard(each);
      this.register(module);
    }
  }

  /** Nest registers the guards of a class before this constructor runs. */
  private register(module: NestModule): void {
    module.addInjectable(RouteGuard, 'guard');
    const wrapper = module.injectables.get(RouteGuard);
    if (wrapper !== undefined) wrapper.instance ??= new RouteGuard(this.moduleRef, this.modules);
  }
}

function isMessageHandler(value: unknown): value is Type {
  if (typeof value !== 'function' || typeof value.prototype !== 'object') return false;
  const controller = value as Type;
  const methods = methodNames(controller).map((name) => methodOf(controller, name) as Handler);
  return methods.some((method) => MESSAGE_MARKS.some((mark) => Reflect.hasMetadata(mark, method)));
}
