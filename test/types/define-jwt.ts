// Type tests: the compiler is the test. `test/package` compiles this file with each supported version of TypeScript.
import { JwtExtendedModule, JwtAuthenticator, JwtContextService, TokenService, defineJwt } from 'nestjs-jwt-extended';
import type { ContextOf, JwtPayload, PayloadOf, StandardSchema, UserOf } from 'nestjs-jwt-extended';

/** Compiles only for two equal types. */
type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : ['is not', Other];
function expectSame<One, Other>(..._equal: Same<One, Other> extends true ? [] : [Same<One, Other>]): void {}

interface User {
  readonly id: number;
  readonly email: string;
}

interface Claims {
  readonly role: 'admin' | 'reader';
  readonly tenant?: string;
}

const jwt = defineJwt<{ user: User; claims: Claims }>();
const { JwtRequired, CurrentUser, Jwt, JwtIdentity, getJwtContext } = jwt;
type Typed = typeof jwt;

/** A schema that turns a text into a number. */
interface Input {
  readonly sub: string;
  readonly level: string;
}
interface Output {
  readonly sub: string;
  readonly level: number;
}
declare const schema: StandardSchema<Input, Output>;
const checked = defineJwt<{ user: User; claims: typeof schema }>({ claims: schema });
const claimsAlone = defineJwt({ claims: schema });
export const userAlone = defineJwt<{ user: User }>();
const withIdentity = defineJwt<{ user: User; claims: Claims; identity: string }>();

export function types(context: object): void {
  expectSame<UserOf<Typed>, User>();
  expectSame<PayloadOf<Typed>['role'], 'admin' | 'reader'>();
  expectSame<PayloadOf<Typed>['sub'], string | undefined>();
  expectSame<PayloadOf<typeof checked>, Readonly<Output>>();
  expectSame<PayloadOf<typeof claimsAlone>, Readonly<Output>>();
  expectSame<PayloadOf<typeof userAlone>, JwtPayload>();
  expectSame<ContextOf<Typed>['user'], User>();
  expectSame<UserOf<typeof claimsAlone>, unknown>();

  const found = getJwtContext(context);
  // @ts-expect-error: an anonymous request has no context.
  expectSame<typeof found, ContextOf<Typed>>();
  expectSame<typeof found, ContextOf<Typed> | null>();
  if (found !== null) {
    expectSame<typeof found.user, User>();
    // @ts-expect-error: there is no such claim.
    void found.payload.rloe;
  }
  expectSame<NonNullable<ReturnType<typeof checked.getJwtContext>>['payload']['level'], number>();
}

export class Handlers {
  @JwtRequired()
  good(
    @CurrentUser() user: User,
    @CurrentUser() part: { email: string },
    @CurrentUser() anything: unknown,
    @CurrentUser() nullable: User | null,
    @CurrentUser('email') email: string,
    @Jwt() payload: PayloadOf<Typed>,
    @Jwt() claims: Claims,
    @Jwt('role') role: Claims['role'],
    @Jwt('tenant') tenant: string | undefined,
    @Jwt('sub') subject: string | undefined,
    @JwtIdentity() identity: string,
    @checked.Jwt('level') level: number,
    @CurrentUser({ transform: (value: unknown) => value }) piped: number,
    @CurrentUser('id', { transform: (value: unknown) => value }) pipedName: Date,
    @CurrentUser() last?: User,
  ): unknown {
    return [
      user,
      part,
      anything,
      nullable,
      email,
      payload,
      claims,
      role,
      tenant,
      subject,
      identity,
      level,
      piped,
      pipedName,
      last,
    ];
  }

  // @ts-expect-error: the user is an object.
  wrongUser(@CurrentUser() user: string): unknown {
    return user;
  }

  // @ts-expect-error: the parameter needs a property that a user has not.
  widerUser(@CurrentUser() user: User & { admin: boolean }): unknown {
    return user;
  }

  // @ts-expect-error: `email` is a text.
  wrongProperty(@CurrentUser('email') email: number): unknown {
    return email;
  }

  // @ts-expect-error: a user has no such property.
  unknownProperty(@CurrentUser('mail') mail: string): unknown {
    return mail;
  }

  // @ts-expect-error: the role can be `reader`.
  narrowerClaim(@Jwt('role') role: 'admin'): unknown {
    return role;
  }

  // @ts-expect-error: the claim can be missing.
  missingClaim(@Jwt('tenant') tenant: string): unknown {
    return tenant;
  }

  // @ts-expect-error: the schema returns a number.
  rawClaim(@checked.Jwt('level') level: string): unknown {
    return level;
  }

  // @ts-expect-error: there is no such claim.
  unknownClaim(@Jwt('rloe') role: string): unknown {
    return role;
  }
}

export class OptionalHandlers {
  @JwtRequired({ optional: true })
  nullable(@CurrentUser() user: User | null, @Jwt() claims: Partial<PayloadOf<Typed>>): unknown {
    return [user, claims];
  }

  @JwtRequired({ optional: false, fresh: true })
  required(@CurrentUser() user: User): unknown {
    return user;
  }

  // @ts-expect-error: the user of an optional route can be null.
  @JwtRequired({ optional: true })
  user(@CurrentUser() user: User): unknown {
    return user;
  }

  // @ts-expect-error: the claims of an optional route can be missing.
  @JwtRequired({ optional: true })
  claims(@Jwt() payload: PayloadOf<Typed>): unknown {
    return payload;
  }

  // @ts-expect-error: whether the route is optional is known only at run time.
  @JwtRequired({ optional: Boolean(process.env.OPTIONAL) })
  maybe(@CurrentUser() user: User): unknown {
    return user;
  }

  @JwtRequired({ allow: ({ user, payload }) => user.id === 1 && payload.role === 'admin' })
  allowed(): void {}

  // @ts-expect-error: there is no such role.
  @JwtRequired({ allow: ({ payload }) => payload.role === 'root' })
  unknownRole(): void {}
}

@JwtRequired()
export class Service {
  constructor(
    private readonly tokens: TokenService<Typed>,
    private readonly authenticator: JwtAuthenticator<Typed>,
    private readonly current: JwtContextService<Typed>,
  ) {}

  async tokensOf(user: User): Promise<void> {
    await this.tokens.createTokenPair(user, { claims: { role: 'admin' } });
    await this.tokens.createAccessToken(user);
    // @ts-expect-error: there is no such role.
    await this.tokens.createAccessToken(user, { claims: { role: 'root' } });
    // @ts-expect-error: there is no such claim.
    await this.tokens.createTokenPair(user, { claims: { rloe: 'admin' } });
    // @ts-expect-error: tokens are created for users.
    await this.tokens.createTokenPair('alice');
    const context = await this.authenticator.authenticateToken('…');
    expectSame<typeof context.user, User>();
    await this.tokens.revoke(context);
    await this.tokens.rotate(context.payload, { claims: { role: 'reader' } });
    expectSame<typeof this.current.user, User | null>();
    const { payload } = this.current;
    expectSame<typeof payload, PayloadOf<Typed> | null>();
    void payload;
  }
}

export async function otherServices(
  identities: TokenService<typeof withIdentity>,
  schemas: TokenService<typeof checked>,
  untyped: TokenService,
  user: User,
): Promise<void> {
  await identities.createAccessToken('alice', { claims: { role: 'admin' } });
  // @ts-expect-error: tokens are created for texts.
  await identities.createAccessToken(user);
  await schemas.createAccessToken(user, { claims: { level: '3' } });
  // @ts-expect-error: a new token has the text, which the schema turns into a number.
  await schemas.createAccessToken(user, { claims: { level: 3 } });
  await untyped.createAccessToken('alice', { claims: { anything: 1 } });
  await untyped.createAccessToken(user);
}

declare function find(id: string | undefined): Promise<User | null>;

JwtExtendedModule.forRoot(
  jwt.options({
    secret: 'a secret',
    userIdentity: (user) => String(user.id),
    additionalClaims: (user) => ({ role: user.id === 1 ? 'admin' : 'reader' }),
    verifyToken: ({ role }) => role === 'admin',
    userLookup: ({ sub }) => find(sub),
  }),
);
JwtExtendedModule.forRootAsync({ useFactory: () => checked.options({ userLookup: ({ level }) => find(`${level}`) }) });
JwtExtendedModule.forRoot(claimsAlone.options({ secret: 'a secret' }));

// @ts-expect-error: a declared user needs userLookup.
jwt.options({ secret: 'a secret' });
// @ts-expect-error: that is no user.
jwt.options({ userLookup: () => ({ id: 'one' }) });
// @ts-expect-error: there is no such role.
jwt.additionalClaims(() => ({ role: 'root' }));
// @ts-expect-error: the schema is an argument of defineJwt().
checked.options({ claims: schema, userLookup: () => null });
// @ts-expect-error: these types have a schema, which must be passed.
defineJwt<{ user: User; claims: typeof schema }>();
// @ts-expect-error: these types have no schema.
defineJwt<{ user: User; claims: Claims }>({ claims: schema });

export const userLookup = jwt.userLookup(async ({ sub }) => find(sub));
export const additionalClaims = withIdentity.additionalClaims((identity) => {
  expectSame<typeof identity, string | User>();
  void identity;
  return { role: 'reader' };
});
