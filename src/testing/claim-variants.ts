import { rolesOf, scopesOf } from '../authentication/scopes.js';
import type { Settings } from '../options/settings.js';
import type { SettledRequirement } from '../types/requirement.js';

/** The names in the requirements of an application. */
export interface RequiredNames {
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
}

/** What the claims of a token are made from. */
export interface ClaimSources {
  readonly requirement: SettledRequirement;
  readonly settings: Settings;
  /** The claims that the test passes. */
  readonly given: Readonly<Record<string, unknown>>;
  /** The names that other operations require. A token without a scope or role can have them instead. */
  readonly names: RequiredNames;
}

/** What a bad token has not. */
export type Lacking = 'scope' | 'role';

/**
 * The claims of a token that has the scopes and roles of an operation, or lacks them. A schema of the application may accept only
 * one of these forms: a list, a text with blanks, one name, or the value that the test passes.
 */
export function claimVariants(sources: ClaimSources, lacking?: Lacking): Record<string, unknown>[] {
  const { settings, given } = sources;
  const scopes = scopeVariants(sources, lacking === 'scope').map((value) => ({ [scopeClaimOf(settings)]: value }));
  const roles = roleVariants(sources, lacking === 'role').map((value) => ({ [settings.rolesClaim]: value }));
  const ofScopes = requiresScope(sources.requirement) ? scopes : [{}];
  const ofRoles = sources.requirement.roles.length > 0 ? roles : [{}];
  return ofScopes.flatMap((scope) => ofRoles.map((role) => ({ ...given, ...scope, ...role })));
}

/** Whether a token has not what the operation requires. The application can add claims to each token. */
export function lacks(payload: object, { requirement, settings }: ClaimSources, lacking: Lacking): boolean {
  if (lacking === 'role') return !hasRole(payload, requirement, settings);
  return !hasScopes(payload, requirement, settings);
}

function scopeVariants({ requirement, settings, given, names }: ClaimSources, lacking: boolean): unknown[] {
  const own = given[scopeClaimOf(settings)];
  if (lacking) return ['', [], own, ...names.scopes, ...names.scopes.map((name) => [name])];
  const { scopes, anyScope } = requirement;
  const sets = [[...scopes, ...anyScope], ...anyScope.map((each) => [...scopes, each])];
  const variants = sets.flatMap((set) => [set.join(' '), set]);
  return hasScopes(given, requirement, settings) ? [own, ...variants] : variants;
}

function roleVariants({ requirement, settings, given, names }: ClaimSources, lacking: boolean): unknown[] {
  const own = given[settings.rolesClaim];
  if (lacking) return [[], '', own, ...names.roles.map((name) => [name]), ...names.roles];
  const { roles } = requirement;
  const variants = [[...roles], ...roles, ...roles.map((name) => [name])];
  return hasRole(given, requirement, settings) ? [own, ...variants] : variants;
}

function requiresScope({ scopes, anyScope }: SettledRequirement): boolean {
  return scopes.length + anyScope.length > 0;
}

function hasScopes(payload: object, { scopes, anyScope }: SettledRequirement, settings: Settings): boolean {
  const present = scopesOf(payload, settings.scopeClaim);
  const hasOne = anyScope.length === 0 || anyScope.some((scope) => present.includes(scope));
  return hasOne && scopes.every((scope) => present.includes(scope));
}

function hasRole(payload: object, { roles }: SettledRequirement, { rolesClaim }: Settings): boolean {
  const present = rolesOf(payload, rolesClaim);
  return roles.some((role) => present.includes(role));
}

function scopeClaimOf({ scopeClaim }: Settings): string {
  return scopeClaim ?? 'scope';
}
