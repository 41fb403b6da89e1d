import { Concealed } from '../types/concealed.js';
import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import type { Settings } from '../options/settings.js';
import { SETTINGS } from '../options/tokens.js';
import { bringRouteGuard, RouteGuard } from '../routes/route-guard.js';
import { messageClassesOf, type NestModule } from './message-classes.js';

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
    for (const each of messageClassesOf(module)) {
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
