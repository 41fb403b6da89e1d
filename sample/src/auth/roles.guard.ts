import { ForbiddenException, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { getJwtContext } from 'nestjs-jwt-extended';
import type { Role, User } from '../users/user.js';

/** Who may come in: `@Roles(['admin'])` next to `@JwtRequired()`. */
export const Roles = Reflector.createDecorator<Role[]>();

/** Runs after the library's guard, and reads what that one found. */
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
