import type { Settings } from '../options/settings.js';
import type { TokenFactory } from '../tokens/issuing/token-factory.js';
import type { LogInSettings } from './log-in-settings.js';

/** Refuses options that need another option. @throws TypeError that names both. */
export function checkLogIn(
  { refresh, cookies, routes }: LogInSettings,
  { revocation }: Settings,
  factory: TokenFactory,
): void {
  const store = 'the option revocation: { store } of JwtExtendedModule';
  if (!factory.canSign) refuse('creates tokens, so JwtExtendedModule needs a key that signs: secret or privateKey');
  if (routes.refresh !== null && !refresh)
    refuse('option "routes.refresh" needs refresh: true, which creates the token');
  if (routes.logout !== null && revocation === null && !cookies) {
    refuse(`option "routes.logout" needs ${store}, or cookies: true. Otherwise the token would stay valid`);
  }
  for (const name of ['logoutEverywhere', 'sessions'] as const) {
    if (routes[name] !== null && revocation === null) refuse(`option "routes.${name}" needs ${store}`);
  }
}

function refuse(problem: string): never {
  throw new TypeError(`JwtAuthModule ${problem}.`);
}
