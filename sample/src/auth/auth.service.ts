import { randomUUID } from 'node:crypto';
import { ForbiddenException, Injectable, UnauthorizedException } from '@nestjs/common';
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
    return this.tokens.createTokenPair(user, { fresh: true, claims: { session: randomUUID() } });
  }

  /** A fresh access token for somebody who is signed in and gives their password again. */
  async confirm(user: User, password: string, { session }: JwtPayload): Promise<string> {
    const confirmed = await this.users.findByCredentials(user.username, password);
    if (confirmed === undefined) throw new ForbiddenException({ msg: 'Wrong password' });
    return this.tokens.createAccessToken(user, { fresh: true, claims: { session } });
  }

  /** A refresh token is good for one pair: of two requests with the same one, the second is refused. */
  async refresh(user: User, payload: JwtPayload): Promise<TokenPair> {
    if (!this.revokedTokens.add(payload)) throw new RevokedTokenException(undefined, { payload });
    return this.tokens.createTokenPair(user, { claims: { session: payload.session } });
  }

  logout(payload: JwtPayload): void {
    this.revokedTokens.add(payload);
  }

  /** Given a session's refresh token: its access tokens are refused from now on, too. */
  endSession(payload: JwtPayload): void {
    this.revokedTokens.addSession(payload);
  }
}
