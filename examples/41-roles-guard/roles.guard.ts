// #region guard
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { getJwtContext } from 'nestjs-jwt-extended';

export const Roles = Reflector.createDecorator<string[]>();

@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const required = this.reflector.getAllAndOverride(Roles, [context.getHandler(), context.getClass()]);
    if (required === undefined) return true;
    // Handlers with @Roles() also have @JwtRequired(). If one has not, getJwtContext() throws an error that says so.
    const roles: unknown = getJwtContext(context)?.payload.roles;
    return Array.isArray(roles) && required.some((role) => roles.includes(role));
  }
}
// #endregion
