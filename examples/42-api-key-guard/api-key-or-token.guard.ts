// #region guard
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { JwtAuthenticator, type HttpRequest } from 'nestjs-jwt-extended';
import { isApiKey } from './api-keys.js';

@Injectable()
export class ApiKeyOrTokenGuard implements CanActivate {
  constructor(private readonly authenticator: JwtAuthenticator) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { headers } = context.switchToHttp().getRequest<HttpRequest>();
    if (isApiKey(headers['x-api-key'])) return true;
    // Makes every check of @JwtRequired(), and throws the same exceptions.
    await this.authenticator.authenticate(context, { scopes: 'reports:read' });
    return true;
  }
}
// #endregion
