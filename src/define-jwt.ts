import type { ExecutionContext } from '@nestjs/common';
import { getJwtContext } from './context/jwt-context.js';
import { CurrentUser, Jwt, JwtHeader, JwtIdentity } from './context/param.decorators.js';
import type { TypedClaimsDecorator, TypedUserDecorator } from './context/typed-decorators.js';
import { withSchema } from './context/checked-contexts.js';
import type { JwtExtendedOptions } from './options/jwt-extended-options.js';
import { JwtRequired, Public } from './routes/route.decorators.js';
import type { TypedJwtRequired } from './routes/typed-requirement.js';
import type { CallbackAnswer } from './types/callback-answer.js';
import type { JoseHeader } from './types/claims.js';
import type { HttpRequest } from './types/http.js';
import type {
  ContextOf,
  HasJwtTypes,
  IdentityOf,
  JwtTypes,
  NewClaimsOf,
  PayloadOf,
  UserOf,
} from './types/jwt-types.js';
import { memberOf } from './types/members.js';
import { isStandardSchema, type StandardSchema } from './types/standard-schema.js';

/** The option `userLookup` with the types of an application. */
export type TypedUserLookup<T> = (
  payload: PayloadOf<T>,
  header: JoseHeader,
  request?: HttpRequest,
) => CallbackAnswer<UserOf<T> | null | undefined>;

/** The option `additionalClaims` with the types of an application. A rotation calls it with the user of `userLookup`. */
export type TypedAdditionalClaims<T> = (
  identity: unknown extends UserOf<T> ? IdentityOf<T> : IdentityOf<T> | UserOf<T>,
) => CallbackAnswer<NewClaimsOf<T> | null | undefined>;

/** The options of the module with the types of an application. If they declare a user, `userLookup` is required. */
export type TypedJwtOptions<T> = Omit<
  JwtExtendedOptions,
  'additionalClaims' | 'claims' | 'userIdentity' | 'userLookup' | 'verifyToken'
> & {
  /** `defineJwt()` sets this option. */
  claims?: undefined;
  /** Turns what `TokenService` receives into the value of the identity claim. */
  userIdentity?: ((identity: IdentityOf<T>) => unknown) | undefined;
  /** Further claims of new tokens. */
  additionalClaims?: TypedAdditionalClaims<T> | undefined;
  /** A check of your own, of the claims for the application. A falsy result refuses the token. */
  verifyToken?:
    | ((
        payload: PayloadOf<T>,
        header: JoseHeader,
        request?: HttpRequest,
      ) => ReturnType<NonNullable<JwtExtendedOptions['verifyToken']>>)
    | undefined;
} & (unknown extends UserOf<T>
    ? {
        /** Loads the current user. */
        userLookup?: TypedUserLookup<T> | undefined;
      }
    : {
        /** Loads the current user, of the declared type. */
        userLookup: TypedUserLookup<T>;
      });

/** The decorators and functions of the library with the types of one application. `defineJwt()` returns them. */
export interface TypedJwt<Types extends JwtTypes = JwtTypes> extends HasJwtTypes<Types> {
  /**
   * `@JwtRequired()`. `allow` has the types of the application. With `optional: true`, a parameter with exactly the type of the
   * user does not compile: it must accept `null` too.
   */
  readonly JwtRequired: TypedJwtRequired<HasJwtTypes<Types>>;
  /** `@Public()`. */
  readonly Public: typeof Public;
  /** `@CurrentUser()`. A parameter that does not accept the user, or the named property of it, does not compile. */
  readonly CurrentUser: TypedUserDecorator<UserOf<HasJwtTypes<Types>>>;
  /** `@Jwt()`. A parameter that does not accept the claims, or the named claim, does not compile. */
  readonly Jwt: TypedClaimsDecorator<PayloadOf<HasJwtTypes<Types>>>;
  /** `@JwtHeader()`. */
  readonly JwtHeader: typeof JwtHeader;
  /** `@JwtIdentity()`. */
  readonly JwtIdentity: typeof JwtIdentity;
  /** `getJwtContext()`: the user and the claims have the types of the application. */
  readonly getJwtContext: (contextOrRequest: ExecutionContext | object) => ContextOf<HasJwtTypes<Types>> | null;
  /** Returns the same function. It gives a function that stands alone the types of `userLookup`. */
  readonly userLookup: (callback: TypedUserLookup<HasJwtTypes<Types>>) => TypedUserLookup<HasJwtTypes<Types>>;
  /** Returns the same function. It gives a function that stands alone the types of `additionalClaims`. */
  readonly additionalClaims: (
    callback: TypedAdditionalClaims<HasJwtTypes<Types>>,
  ) => TypedAdditionalClaims<HasJwtTypes<Types>>;
  /**
   * The options for `JwtExtendedModule`, with the schema of the claims.
   *
   * @example
   * JwtExtendedModule.forRoot(jwt.options({ secret, userLookup: ({ sub }) => users.find(sub) }));
   */
  readonly options: (options: TypedJwtOptions<HasJwtTypes<Types>>) => JwtExtendedOptions;
}

/**
 * The decorators, `getJwtContext()` and the options with the types of one application. With a schema of any library with Standard
 * Schema, the claims are checked at run time too: pass the options through `jwt.options()`.
 *
 * @example
 * export const jwt = defineJwt<{ user: User; claims: { role: 'admin' | 'reader' } }>();
 * export const { JwtRequired, CurrentUser, Jwt } = jwt;
 *
 * @example
 * const claims = z.object({ sub: z.string(), role: z.enum(['admin', 'reader']) });
 * export const jwt = defineJwt<{ user: User; claims: typeof claims }>({ claims });
 */
export function defineJwt<Claims extends StandardSchema<unknown, object>>(schema: {
  /** The schema of the claims. */
  readonly claims: Claims;
}): TypedJwt<{ readonly claims: Claims }>;
export function defineJwt<Types extends JwtTypes>(
  ...schema: Types extends {
    /** The schema. */
    readonly claims: infer Claims extends {
      /** The Standard Schema. */
      readonly '~standard': object;
    };
  }
    ? [
        schema: {
          /** The schema. */
          readonly claims: Claims;
        },
      ]
    : []
): TypedJwt<Types>;
export function defineJwt(schema?: { readonly claims: unknown }): object {
  const claims = schemaIn(schema);
  const untyped = {
    '~types': undefined,
    JwtRequired,
    Public,
    JwtHeader,
    JwtIdentity,
    ...(claims === undefined ? { CurrentUser, Jwt, getJwtContext } : withSchema(claims)),
    userLookup: same,
    additionalClaims: same,
    options: (options: object) => withClaims(options, claims),
  };
  return Object.freeze(untyped);
}

function schemaIn(schema: { readonly claims: unknown } | undefined): StandardSchema | undefined {
  if (schema === undefined) return undefined;
  const claims = memberOf(schema, 'claims');
  if (isStandardSchema(claims)) return claims;
  throw new TypeError(
    'defineJwt() takes { claims: schema } with a schema of a library with Standard Schema, or nothing.',
  );
}

function same<T>(value: T): T {
  return value;
}

/** An instance of a class is changed and not copied, because its methods can read private fields. */
function withClaims(options: object, claims: StandardSchema | undefined): JwtExtendedOptions {
  if (claims === undefined) return options;
  const isInstance = ![Object.prototype, null].includes(Object.getPrototypeOf(options) as object | null);
  return isInstance ? Object.assign(options, { claims }) : { ...options, claims };
}
