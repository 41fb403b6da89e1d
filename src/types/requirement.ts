/** The locations of a token in a request, with the names of Flask-JWT-Extended. */
export const TOKEN_LOCATIONS = ['headers', 'cookies', 'query_string', 'json'] as const;

/** The location of a token: `'headers'`, `'cookies'`, `'query_string'` or `'json'` (`JWT_TOKEN_LOCATION`). */
export type TokenLocation = (typeof TOKEN_LOCATIONS)[number];

/** The requirements of a route: the arguments of Flask-JWT-Extended's `jwt_required()`. */
export interface JwtRequirement {
  /** Also serves requests without a token. A token in the request must still be valid. Default `false`. */
  optional?: boolean | undefined;
  /** Requires a token from a log-in that is still fresh. Default `false`. */
  fresh?: boolean | undefined;
  /** Requires a refresh token instead of an access token. Default `false`. */
  refresh?: boolean | undefined;
  /** The locations of the token, in this order. Default: the option `tokenLocation`. */
  locations?: TokenLocation | readonly TokenLocation[] | undefined;
  /** With `false`, the route accepts access and refresh tokens (from the access cookie or JSON key). Default `true`. */
  verifyType?: boolean | undefined;
  /** With `true`, the guard calls neither `isTokenRevoked` nor the store. Default `false`. */
  skipRevocationCheck?: boolean | undefined;
}

/** A requirement with every default filled in. */
export interface SettledRequirement {
  readonly optional: boolean;
  readonly fresh: boolean;
  readonly refresh: boolean;
  /** `null`: the locations of the module's options. */
  readonly locations: readonly TokenLocation[] | null;
  readonly verifyType: boolean;
  readonly skipRevocationCheck: boolean;
}

const DEFAULTS: SettledRequirement = {
  optional: false,
  fresh: false,
  refresh: false,
  locations: null,
  verifyType: true,
  skipRevocationCheck: false,
};

/** Checks the argument of `@JwtRequired()` and fills in the defaults. A wrong name or value throws a `TypeError`. */
export function settleRequirement(requirement: JwtRequirement = {}): SettledRequirement {
  for (const [name, value] of Object.entries(requirement)) {
    if (!Object.hasOwn(DEFAULTS, name)) {
      throw new TypeError(`@JwtRequired() has no option "${name}". Known: ${Object.keys(DEFAULTS).join(', ')}.`);
    }
    if (name !== 'locations' && value !== undefined && typeof value !== 'boolean') {
      throw new TypeError(`@JwtRequired({ ${name} }) must be true or false.`);
    }
  }
  return Object.freeze({
    optional: requirement.optional ?? DEFAULTS.optional,
    fresh: requirement.fresh ?? DEFAULTS.fresh,
    refresh: requirement.refresh ?? DEFAULTS.refresh,
    locations: settleLocations(requirement.locations),
    verifyType: requirement.verifyType ?? DEFAULTS.verifyType,
    skipRevocationCheck: requirement.skipRevocationCheck ?? DEFAULTS.skipRevocationCheck,
  });
}

function settleLocations(given: JwtRequirement['locations']): readonly TokenLocation[] | null {
  const locations: readonly unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  if (locations.length === 0) return null;
  if (!locations.every(isTokenLocation)) {
    throw new TypeError(
      `@JwtRequired({ locations }) must hold ${TOKEN_LOCATIONS.join(', ')} only; it is ${JSON.stringify(given)}.`,
    );
  }
  return Object.freeze([...locations]);
}

/** Whether a value is one of the four locations. */
export function isTokenLocation(value: unknown): value is TokenLocation {
  return TOKEN_LOCATIONS.includes(value as TokenLocation);
}
