import type { JwtPayload } from './claims.js';
import type { JwtContext } from './jwt-context.js';

/** The types of an application, for `defineJwt<{ user: User; claims: Claims }>()`. */
export interface JwtTypes {
  /** What `userLookup` returns. */
  readonly user?: unknown;
  /** The claims of the application in a token, or `typeof schema` for a schema that also checks them. */
  readonly claims?: unknown;
  /** What `TokenService` creates tokens for. Default: the type of `user`. */
  readonly identity?: unknown;
}

/** What has types of an application: `typeof jwt`. The property is `undefined` at run time. */
export interface HasJwtTypes<Types extends JwtTypes = JwtTypes> {
  /** The types. They are there only for the compiler. */
  readonly '~types': Types | undefined;
}

/** One of the types; `Fallback` if it is not declared. */
type Declared<Types, Name extends keyof JwtTypes, Fallback = unknown> = Name extends keyof Types
  ? Types[Name]
  : Fallback;

/** The claims that the library sets, without those of other names. */
type LibraryClaims = {
  [Claim in keyof JwtPayload as string extends Claim ? never : number extends Claim ? never : Claim]: JwtPayload[Claim];
};

type Payload<Claims> = unknown extends Claims
  ? JwtPayload
  : Claims extends { readonly '~standard': { readonly types?: { readonly output: infer Output } | undefined } }
    ? Readonly<Output>
    : Omit<LibraryClaims, keyof Claims> & Readonly<Claims>;

type NewClaims<Claims> = unknown extends Claims
  ? object
  : Claims extends { readonly '~standard': { readonly types?: { readonly input: infer Input } | undefined } }
    ? Partial<Input>
    : Partial<Claims>;

/** The type of the user in `typeof jwt`. Every other type is the type of a user itself. */
export type UserOf<T> = T extends HasJwtTypes<infer Types> ? Declared<Types, 'user'> : T;

/** The type of the claims that `@Jwt()` of `typeof jwt` gives: what the schema returns, or the claims of the library too. */
export type PayloadOf<T> = T extends HasJwtTypes<infer Types> ? Payload<Declared<Types, 'claims'>> : JwtPayload;

/** The type of `getJwtContext()` of `typeof jwt`. */
export type ContextOf<T> = T extends HasJwtTypes
  ? unknown extends UserOf<T>
    ? JwtContext<unknown, PayloadOf<T>>
    : JwtContext<UserOf<T>, PayloadOf<T>> & {
        /** The user that `userLookup` returned. */
        readonly user: UserOf<T>;
      }
  : JwtContext<T>;

/** The type of the claims of a new token: some of those that `typeof jwt` declares. `additionalClaims` can add the others. */
export type NewClaimsOf<T> = T extends HasJwtTypes<infer Types> ? NewClaims<Declared<Types, 'claims'>> : object;

/** The type of what `TokenService` creates tokens for. */
export type IdentityOf<T> =
  T extends HasJwtTypes<infer Types> ? Declared<Types, 'identity', Declared<Types, 'user'>> : unknown;
