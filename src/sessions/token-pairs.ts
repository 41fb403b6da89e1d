import type { Settings } from '../options/settings.js';
import { accessIssuanceOf, newIssuance } from '../tokens/issuing/issuance.js';
import type { NewToken } from '../tokens/issuing/new-token.js';
import type { TokenFactory } from '../tokens/issuing/token-factory.js';
import { membersOf } from '../types/members.js';
import type { SessionManager } from './session-manager.js';

/** A pair of new tokens: what both have in common, and the lifetime of each. */
export interface NewPair extends Omit<NewToken, 'type' | 'expires'> {
  readonly accessExpires?: NewToken['expires'];
  readonly refreshExpires?: NewToken['expires'];
  readonly device?: string | undefined;
}

const NEW_PAIR = [
  'identity',
  'successorOf',
  'fresh',
  'notBeforeDelta',
  'claims',
  'headers',
  'accessExpires',
  'refreshExpires',
  'device',
] as const satisfies (keyof NewPair)[];

/** Creates the tokens of a log-in. With a store they share one new session. */
export async function createPair(
  pair: NewPair,
  factory: TokenFactory,
  manager: SessionManager,
  settings: Settings,
): Promise<{ accessToken: string; refreshToken: string }> {
  const { fresh, accessExpires, refreshExpires, device, ...shared } = membersOf(pair, NEW_PAIR);
  const inSession = manager.isOn;
  const access = await factory.draft({ ...shared, type: 'access', fresh, expires: accessExpires }, inSession);
  const refresh = await factory.draft({ ...shared, type: 'refresh', expires: refreshExpires }, inSession);
  if (!inSession) {
    return {
      accessToken: access.sign(newIssuance(access.content, settings)),
      refreshToken: refresh.sign(newIssuance(refresh.content, settings)),
    };
  }
  const { sessions } = manager.required('createTokenPair');
  const issuance = await sessions.open(refresh.content, { device });
  return {
    accessToken: access.sign(accessIssuanceOf(issuance, access.content)),
    refreshToken: refresh.sign(issuance),
  };
}
