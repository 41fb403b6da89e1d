/** The places a token can be in, as Flask-JWT-Extended names them. */
export const TOKEN_LOCATIONS = ['headers', 'cookies', 'query_string', 'json'] as const;

/** Where a token can be: `'headers'`, `'cookies'`, `'query_string'` or `'json'` (`JWT_TOKEN_LOCATION`). */
export type TokenLocation = (typeof TOKEN_LOCATIONS)[number];

/** What a route asks of the token: the arguments of Flask-JWT-Extended's `jwt_required()`. */
export interface JwtRequirement {
  /** Serve requests without a token too; a token that is there must still be good. Default `false`. */
  optional?: boolean;
  /** Only tokens that came from a log-in, and are still fresh. Default `false`. */
  fresh?: boolean;
  /** Refresh tokens instead of access tokens. Default `false`. */
  refresh?: boolean;
  /** Where this route looks for the token, in this order. Default: the option `tokenLocation`. */
  locations?: TokenLocation | readonly TokenLocation[];
  /** `false` takes access and refresh tokens alike (from the access cookie or key). Default `true`. */
  verifyType?: boolean;
  /** `true` asks neither `isTokenRevoked` nor a store. Default `false`. */
  skipRevocationCheck?: boolean;
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

/** Checks what was given to `@JwtRequired()` and fills in the rest; a wrong name or value is a `TypeError`. */
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

/** Whether a value names one of the four locations. */
export function isTokenLocation(value: unknown): value is TokenLocation {
  return TOKEN_LOCATIONS.includes(value as TokenLocation);
}
