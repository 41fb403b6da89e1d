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

/** The claims of a token that the library knows, without the others of `JwtPayload`. */
export type LibraryClaims = {
  [Claim in keyof JwtPayload as string extends Claim ? never : number extends Claim ? never : Claim]: JwtPayload[Claim];
};

/** The type of the user in `typeof jwt`. Every other type is the type of a user itself. */
export type UserOf<T> =
  T extends HasJwtTypes<infer Types>
    ? Types extends {
        /** The user. */
        readonly user: infer User;
      }
      ? User
      : unknown
    : T;

/** The type of the claims that `@Jwt()` of `typeof jwt` gives: what the schema returns, or the claims of the library too. */
export type PayloadOf<T> =
  T extends HasJwtTypes<infer Types>
    ? Types extends {
        /** The schema, or the claims. */
        readonly claims: infer Claims;
      }
      ? Claims extends {
          /** The Standard Schema. */
          readonly '~standard': {
            /** Its types. */
            readonly types?:
              | {
                  /** What it returns. */
                  readonly output: infer Output;
                }
              | undefined;
          };
        }
        ? Readonly<Output>
        : Omit<LibraryClaims, keyof Claims> & Readonly<Claims>
      : JwtPayload
    : JwtPayload;

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
export type NewClaimsOf<T> =
  T extends HasJwtTypes<infer Types>
    ? Types extends {
        /** The schema, or the claims. */
        readonly claims: infer Claims;
      }
      ? Claims extends {
          /** The Standard Schema. */
          readonly '~standard': {
            /** Its types. */
            readonly types?:
              | {
                  /** What it accepts. */
                  readonly input: infer Input;
                }
              | undefined;
          };
        }
        ? Partial<Input>
        : Partial<Claims>
      : object
    : object;

/** The type of what `TokenService` creates tokens for: the declared one, or the user. */
export type IdentityOf<T> =
  T extends HasJwtTypes<infer Types>
    ? Types extends {
        /** The identity. */
        readonly identity: infer Identity;
      }
      ? Identity
      : UserOf<T>
    : unknown;
