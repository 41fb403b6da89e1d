import { Controller, HttpCode, Post } from '@nestjs/common';
import { TokenService } from 'nestjs-jwt-extended';
import { describeError } from '../flask-errors.js';
import { BodyMembers } from '../request-body.js';
import { RevokedTokens } from '../revoked-tokens.js';

/** The body of the token routes. The routes do not check it, as in the recorded application. */
interface TokenRequest {
  readonly kind?: string;
  readonly identity?: unknown;
  readonly fresh?: boolean | number;
  readonly expires_delta?: number | false | null;
  readonly claims?: Record<string, unknown> | null;
  readonly headers?: Record<string, unknown> | null;
}

interface InspectRequest {
  readonly token: string;
  readonly allow_expired?: boolean;
  readonly csrf_value?: string | null;
}

interface TokenBody {
  readonly token: string;
}

const TYPED_CLAIMS = ['iat', 'exp', 'nbf', 'jti', 'csrf'];

@Controller()
export class TokenController {
  constructor(
    private readonly tokens: TokenService,
    private readonly revoked: RevokedTokens,
  ) {}

  @Post('token')
  @HttpCode(200)
  async create(@BodyMembers() body: TokenRequest): Promise<object> {
    const identity = body.identity ?? null;
    const options = {
      expires: body.expires_delta ?? undefined,
      claims: body.claims ?? undefined,
      headers: body.headers ?? undefined,
    };
    if ((body.kind ?? 'access') !== 'access') return { token: await this.tokens.createRefreshToken(identity, options) };
    return { token: await this.tokens.createAccessToken(identity, { ...options, fresh: body.fresh }) };
  }

  @Post('inspect')
  @HttpCode(200)
  async inspect(@BodyMembers() body: InspectRequest): Promise<object> {
    try {
      // In Python an empty value is false: Flask does not compare it, and the recorded application relies on this.

      const options = { allowExpired: body.allow_expired, csrfToken: body.csrf_value || undefined };
      const { payload } = await this.tokens.verify(body.token, options);
      const { exp, iat } = payload;
      const lifetime = Number.isInteger(exp) && Number.isInteger(iat) ? Number(exp) - Number(iat) : null;
      const claims = Object.entries(payload).map(([name, value]) => [
        name,
        TYPED_CLAIMS.includes(name) ? { $type: typeName(value) } : value,
      ]);
      return { claims: Object.fromEntries(claims), lifetime };
    } catch (error) {
      return { error: describeError(error) };
    }
  }

  @Post('jti')
  @HttpCode(200)
  async jti(@BodyMembers() { token }: TokenBody): Promise<object> {
    return { jti: await this.tokens.getJti(token) };
  }

  @Post('csrf-token')
  @HttpCode(200)
  async csrfToken(@BodyMembers() { token }: TokenBody): Promise<object> {
    return { csrf: await this.tokens.getCsrfToken(token) };
  }

  @Post('unverified-header')
  @HttpCode(200)
  unverifiedHeader(@BodyMembers() { token }: TokenBody): object {
    return { header: this.tokens.decodeUnverified(token).header };
  }

  @Post('revoke')
  @HttpCode(200)
  revoke(@BodyMembers() { token }: TokenBody): object {
    const jti = this.tokens.decodeUnverified(token).payload?.jti;
    this.revoked.add(typeof jti === 'string' ? jti : null);
    return { revoked: true };
  }
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float';
  return typeof value;
}
