/** The part of passport-jwt that before.ts uses. An application has `@types/passport-jwt`. */
declare module 'passport-jwt' {
  export type JwtFromRequest = (request: { headers: Record<string, string | string[] | undefined> }) => string | null;

  export const ExtractJwt: { fromAuthHeaderAsBearerToken(): JwtFromRequest };

  export class Strategy {
    constructor(options: { jwtFromRequest: JwtFromRequest; secretOrKey: string }, verify?: unknown);
  }
}
