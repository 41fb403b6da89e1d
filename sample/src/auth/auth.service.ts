import { Injectable, UnauthorizedException } from '@nestjs/common';
import { RevokedTokenException, TokenService, type JwtPayload, type TokenPair } from 'nestjs-jwt-extended';
import { RevokedTokens } from '../revocation/revoked-tokens.js';
import type { User } from '../users/user.js';
import { UsersService } from '../users/users.service.js';

@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly tokens: TokenService,
    private readonly revokedTokens: RevokedTokens,
  ) {}

  /** Who has just given their password gets a fresh access token. */
  async login(username: string, password: string): Promise<TokenPair> {
    const user = await this.users.findByCredentials(username, password);
    if (user === undefined) throw new UnauthorizedException({ msg: 'Wrong username or password' });
    return this.tokens.createTokenPair(user, { fresh: true });
  }

  /** A refresh token is good for one pair: of two requests with the same one, the second is refused. */
  async refresh(user: User, payload: JwtPayload): Promise<TokenPair> {
    if (!this.revokedTokens.add(payload)) throw new RevokedTokenException(undefined, { payload });
    return this.tokens.createTokenPair(user);
  }

  logout(payload: JwtPayload): void {
    this.revokedTokens.add(payload);
  }
}
