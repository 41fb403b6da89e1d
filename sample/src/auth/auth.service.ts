import { ForbiddenException, Injectable, NotFoundException, UnauthorizedException } from '@nestjs/common';
import { TokenService, type JwtPayload, type SessionInfo, type TokenPair } from 'nestjs-jwt-extended';
import type { User } from '../users/user.js';
import { UsersService } from '../users/users.service.js';

@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersService,
    private readonly tokens: TokenService,
  ) {}

  /** Who has just given their password gets a fresh access token, and a session of their own. */
  async login(username: string, password: string, device?: string): Promise<TokenPair> {
    const user = await this.users.findByCredentials(username, password);
    if (user === undefined) throw new UnauthorizedException({ msg: 'Wrong username or password' });
    return this.tokens.createTokenPair(user, { fresh: true, device });
  }

  /** A fresh access token for somebody who is signed in and gives their password again. */
  async confirm(user: User, password: string, payload: JwtPayload): Promise<string> {
    const confirmed = await this.users.findByCredentials(user.username, password);
    if (confirmed === undefined) throw new ForbiddenException({ msg: 'Wrong password' });
    return this.tokens.createAccessToken(user, { fresh: true, session: payload });
  }

  /** A refresh token is good for one successor; whoever comes with it again later ends the session. */
  refresh(payload: JwtPayload): Promise<TokenPair> {
    return this.tokens.rotate(payload);
  }

  /** Ends the session a token belongs to: none of its tokens is good any more. */
  logout({ sid }: JwtPayload): Promise<void> {
    return this.tokens.revokeSession(String(sid));
  }

  logoutEverywhere(user: User): Promise<void> {
    return this.tokens.revokeAllFor(user.id);
  }

  sessions(user: User): Promise<SessionInfo[]> {
    return this.tokens.listSessions(user.id);
  }

  /** Ends one session of this user, and of nobody else. */
  async endSession(user: User, sid: string): Promise<void> {
    const own = await this.sessions(user);
    if (!own.some((session) => session.sid === sid)) throw new NotFoundException({ msg: 'No such session' });
    await this.tokens.revokeSession(sid);
  }
}
