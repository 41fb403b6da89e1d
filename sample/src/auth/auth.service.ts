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

  /** Opens a session. The access token is fresh, because the user has just entered the password. */
  async login(username: string, password: string, device?: string): Promise<TokenPair> {
    const user = await this.users.findByCredentials(username, password);
    if (user === undefined) throw new UnauthorizedException({ msg: 'Wrong username or password' });
    return this.tokens.createTokenPair(user, { fresh: true, device });
  }

  /** Creates a fresh access token after a logged-in user has entered the password again. */
  async confirm(user: User, password: string, payload: JwtPayload): Promise<string> {
    const confirmed = await this.users.findByCredentials(user.username, password);
    if (confirmed === undefined) throw new ForbiddenException({ msg: 'Wrong password' });
    return this.tokens.createAccessToken(user, { fresh: true, session: payload });
  }

  /** A refresh token can be used once. A later use ends the session. */
  refresh(payload: JwtPayload): Promise<TokenPair> {
    return this.tokens.rotate(payload);
  }

  /** Ends the session of a token. All tokens of the session are refused from then on. */
  logout({ sid }: JwtPayload): Promise<void> {
    return this.tokens.revokeSession(String(sid));
  }

  logoutEverywhere(user: User): Promise<void> {
    return this.tokens.revokeAllFor(user);
  }

  sessions(user: User): Promise<SessionInfo[]> {
    return this.tokens.listSessions(user.id);
  }

  /** Ends a session, if it belongs to this user. */
  async endSession(user: User, sid: string): Promise<void> {
    const own = await this.sessions(user);
    if (!own.some((session) => session.sid === sid)) throw new NotFoundException({ msg: 'No such session' });
    await this.tokens.revokeSession(sid);
  }
}
