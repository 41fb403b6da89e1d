import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Delete, Get, Inject, Param, Post, Put, Query } from '@nestjs/common';
import {
  Jwt,
  JwtIdentity,
  JwtRequired,
  Public,
  TokenService,
  type JwtPayload,
  type TokenPair,
} from 'nestjs-jwt-extended';
import type { WorkerMessage } from './worker-settings.js';

/** Log-in, refresh and every kind of log-out of an application. */
@Controller()
export class SessionController {
  constructor(@Inject(TokenService) private readonly tokens: TokenService) {}

  @Post('login')
  login(@Query('user') user: string): Promise<TokenPair> {
    return this.tokens.createTokenPair(user, { fresh: true, device: `process ${process.pid}` });
  }

  @JwtRequired({ refresh: true })
  @Post('refresh')
  async refresh(@Jwt() payload: JwtPayload, @Query('die') die?: string): Promise<TokenPair> {
    const rotated = await this.tokens.rotate(payload);
    if (die !== undefined) await dieWith({ rotated });
    return rotated;
  }

  @JwtRequired({ refresh: true })
  @Get('refresh-only')
  refreshOnly(@Jwt('jti') jti: string) {
    return { jti };
  }

  @JwtRequired()
  @Get('me')
  me(@JwtIdentity() identity: string, @Jwt('sid') sid: string) {
    return { identity, sid };
  }

  @JwtRequired({ optional: true })
  @Get('optional')
  optional(@JwtIdentity() identity: string | null) {
    return { identity };
  }

  @Public()
  @Get('public')
  isPublic() {
    return { ok: true };
  }

  @Get('open')
  open() {
    return { ok: true };
  }

  /** Returns the time that a timer takes in this process. */
  @Public()
  @Get('after/:milliseconds')
  after(@Param('milliseconds') milliseconds: string) {
    return sleep(Number(milliseconds), { ok: true });
  }

  @JwtRequired({ verifyType: false })
  @Delete('logout')
  async logout(@Jwt() payload: JwtPayload) {
    await this.tokens.revoke(payload);
    return { ok: true };
  }

  @JwtRequired()
  @Delete('everywhere')
  async everywhere(@JwtIdentity() identity: string) {
    await this.tokens.revokeAllFor(identity);
    return { ok: true };
  }

  /** A new password ends all sessions except the current one. */
  @JwtRequired()
  @Put('password')
  async password(@JwtIdentity() identity: string, @Jwt('sid') sid: string) {
    await this.tokens.revokeAllFor(identity, { exceptSession: sid });
    return { ok: true };
  }

  @JwtRequired()
  @Get('sessions')
  sessions(@JwtIdentity() identity: string) {
    return this.tokens.listSessions(identity);
  }

  @JwtRequired()
  @Delete('sessions/:sid')
  async endSession(@Param('sid') sid: string) {
    await this.tokens.revokeSession(sid);
    return { ok: true };
  }
}

/** Ends this process at once without a response, after it has sent the result to its parent. */
async function dieWith(message: WorkerMessage): Promise<void> {
  await new Promise((resolve) => process.send?.(message, resolve));
  process.kill(process.pid, 'SIGKILL');
}
