import type { ExecutionContext, Type } from '@nestjs/common';
import { getJwtContext, Jwt, JwtHeader, JwtIdentity, type JwtRequirement } from 'nestjs-jwt-extended';
import { readParameter } from '../execution.js';
import { EveryMethod, routeAt } from './every-method.js';

const HIDDEN_CLAIMS = new Set(['iat', 'exp', 'nbf', 'jti', 'csrf', 'fresh', 'type', 'sub']);

const ALL_LOCATIONS = ['headers', 'cookies', 'query_string', 'json'] as const;

const REQUIREMENTS: Readonly<Record<string, JwtRequirement>> = {
  '/required': {},
  '/optional': { optional: true },
  '/fresh': { fresh: true },
  '/refresh': { refresh: true },
  '/any-type': { verifyType: false },
  '/skip-revocation': { skipRevocationCheck: true },
  '/optional-fresh': { optional: true, fresh: true },
  '/optional-refresh': { optional: true, refresh: true },
  '/optional-any-type': { optional: true, verifyType: false },
  '/fresh-refresh': { fresh: true, refresh: true },
  '/fresh-any-type': { fresh: true, verifyType: false },
  '/refresh-any-type': { refresh: true, verifyType: false },
  '/loc/headers': { locations: ['headers'] },
  '/loc/cookies': { locations: ['cookies'] },
  '/loc/query_string': { locations: ['query_string'] },
  '/loc/json': { locations: ['json'] },
  '/loc/cookies-headers': { locations: ['cookies', 'headers'] },
  '/loc/headers-cookies': { locations: ['headers', 'cookies'] },
  '/loc/all': { locations: ALL_LOCATIONS },
  '/loc/all-reversed': { locations: [...ALL_LOCATIONS].reverse() },
  '/loc/all-refresh': { locations: ALL_LOCATIONS, refresh: true },
  '/loc/all-optional': { locations: ALL_LOCATIONS, optional: true },
  '/loc/string': { locations: 'headers' },
  '/loc/empty': { locations: [] },
};

/** The library refuses these declarations, so this application has no such routes. */
export const REFUSED_REQUIREMENTS: Readonly<Record<string, object>> = {
  '/loc/invalid': { locations: ['banana'] },
  '/loc/invalid-second': { locations: ['headers', 'banana'] },
};

/** The claims without those that the recording hides. */
export function plainClaims(claims: unknown): object {
  return Object.fromEntries(Object.entries(claims as object).filter(([name]) => !HIDDEN_CLAIMS.has(name)));
}

/** The answer of a protected route: everything that the application can read of the token. */
export function echo(context: ExecutionContext): object {
  const claims = readParameter(Jwt(), context) as { type?: unknown; fresh?: unknown };
  const header = Object.entries(readParameter(JwtHeader(), context) as object);
  return {
    identity: readParameter(JwtIdentity(), context) ?? null,
    type: claims.type ?? null,
    fresh: claims.fresh ?? null,
    claims: plainClaims(claims),
    header: Object.fromEntries(header.filter(([name]) => name !== 'typ')),
    location: getJwtContext(context)?.location ?? null,
  };
}

class Echo extends EveryMethod {
  protected answer(context: ExecutionContext): object {
    return echo(context);
  }
}

class Public extends EveryMethod {
  protected answer(): object {
    return { public: true };
  }
}

export const echoRoutes: readonly Type[] = [
  routeAt('/public', Public),
  ...Object.entries(REQUIREMENTS).map(([path, requirement]) => routeAt(path, Echo, requirement)),
  ...Object.entries(REFUSED_REQUIREMENTS).flatMap(([path, requirement]) => routeUnlessRefused(path, requirement)),
];

function routeUnlessRefused(path: string, requirement: object): Type[] {
  try {
    return [routeAt(path, Echo, requirement)];
  } catch (error) {
    if (error instanceof TypeError) return [];
    throw error;
  }
}
