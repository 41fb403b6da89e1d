import { Concealed } from '../types/concealed.js';
import { Inject, Injectable } from '@nestjs/common';
import { ApplicationConfig, ModuleRef } from '@nestjs/core';
import { JwtExceptionFilter } from '../jwt-exception.filter.js';
import { JwtGuard } from '../jwt.guard.js';
import { isJwtGuard } from '../routes/route-requirement.js';

/**
 * Makes the order of global enhancers independent of the order of `imports`. Nest calls guards in the order in which modules
 * register them. Our guard must be first, so that guards of the application find the user. Nest tries the last filter
 * first. Our filter is first in the list, so the application's own filters for our exceptions win.
 */
@Injectable()
@Concealed()
export class EnhancerOrder {
  constructor(
    // Nest 10 and 11 have none in createApplicationContext(), which calls no guard.
    @Inject(ApplicationConfig) application: ApplicationConfig | undefined,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {
    if (application === undefined) return;
    const guards = application.getGlobalGuards.bind(application);
    application.getGlobalGuards = () => firstOf(guards(), (guard) => this.isGuard(guard));
    const filters = application.getGlobalFilters.bind(application);
    application.getGlobalFilters = () => firstOf(filters(), (filter) => this.isFilter(filter));
  }

  /** Includes a guard that replaces ours in a test. */
  private isGuard(guard: unknown): boolean {
    return isJwtGuard(guard) || guard === this.moduleRef.get<unknown>(JwtGuard);
  }

  private isFilter(filter: unknown): boolean {
    return filter instanceof JwtExceptionFilter || filter === this.moduleRef.get<unknown>(JwtExceptionFilter);
  }
}

function firstOf<T>(enhancers: readonly T[], isOurs: (enhancer: T) => boolean): T[] {
  return [...enhancers.filter(isOurs), ...enhancers.filter((enhancer) => !isOurs(enhancer))];
}
