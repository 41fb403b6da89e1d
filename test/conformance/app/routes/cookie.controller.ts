import { Controller, HttpCode, Post, Res } from '@nestjs/common';
import { TokenCookieService } from 'nestjs-jwt-extended';
import { BodyMembers } from '../request-body.js';

/** The parts of Express's response and Fastify's reply that the library needs. */
type CookieResponse = Parameters<TokenCookieService['setAccessCookies']>[0];

interface SetCookies {
  readonly token: string;
  readonly max_age?: number | null;
  readonly domain?: string | null;
}

interface UnsetCookies {
  readonly domain?: string | null;
}

const setOptions = ({ max_age, domain }: SetCookies) => ({ maxAge: max_age ?? undefined, domain: domain ?? undefined });
const unsetOptions = ({ domain }: UnsetCookies) => ({ domain: domain ?? undefined });

@Controller('cookies')
export class CookieController {
  constructor(private readonly cookies: TokenCookieService) {}

  @Post('set-access')
  @HttpCode(200)
  async setAccess(
    @BodyMembers() body: SetCookies,
    @Res({ passthrough: true }) response: CookieResponse,
  ): Promise<object> {
    await this.cookies.setAccessCookies(response, body.token, setOptions(body));
    return { set: 'access' };
  }

  @Post('set-refresh')
  @HttpCode(200)
  async setRefresh(
    @BodyMembers() body: SetCookies,
    @Res({ passthrough: true }) response: CookieResponse,
  ): Promise<object> {
    await this.cookies.setRefreshCookies(response, body.token, setOptions(body));
    return { set: 'refresh' };
  }

  @Post('unset')
  @HttpCode(200)
  unset(@BodyMembers() body: UnsetCookies, @Res({ passthrough: true }) response: CookieResponse): object {
    this.cookies.unsetJwtCookies(response, unsetOptions(body));
    return { unset: 'both' };
  }

  @Post('unset-access')
  @HttpCode(200)
  unsetAccess(@BodyMembers() body: UnsetCookies, @Res({ passthrough: true }) response: CookieResponse): object {
    this.cookies.unsetAccessCookies(response, unsetOptions(body));
    return { unset: 'access' };
  }

  @Post('unset-refresh')
  @HttpCode(200)
  unsetRefresh(@BodyMembers() body: UnsetCookies, @Res({ passthrough: true }) response: CookieResponse): object {
    this.cookies.unsetRefreshCookies(response, unsetOptions(body));
    return { unset: 'refresh' };
  }
}
