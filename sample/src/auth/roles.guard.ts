import { ForbiddenException, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { getJwtContext } from 'nestjs-jwt-extended';
import type { Role, User } from '../users/user.js';

/** The roles that may use a route: `@Roles(['admin'])`, together with `@JwtRequired()`. */
export const Roles = Reflector.createDecorator<Role[]>();

/** Runs after `JwtGuard` and reads the user from its context. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.getAllAndOverride(Roles, [context.getHandler(), context.getClass()]);
    const user = getJwtContext(context)?.user as User | undefined;
    if (user && roles?.includes(user.role)) return true;
    throw new ForbiddenException({ msg: 'You are not allowed to do this' });
  }
}
