import { defineJwt } from 'nestjs-jwt-extended';
import { z } from 'zod';

export interface User {
  readonly id: string;
  readonly email: string;
}

const claims = z.object({
  sub: z.string(),
  role: z.enum(['admin', 'reader']),
});

export const jwt = defineJwt<{ user: User; claims: typeof claims }>({ claims });
export const { JwtRequired, CurrentUser, Jwt } = jwt;
