import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import type { JwtEvents } from '../events/jwt-events.js';
import type { Settings } from '../options/settings.js';
import { storeKeysOf } from '../tokens/verifying/store-keys.js';
import { ownValue } from '../types/claims.js';

/** Emits one event for each exception of the library that refuses a token, however often its response is determined. */
export function refusalReport(settings: Settings, events: JwtEvents): (error: JwtExtendedException) => void {
  const reported = new WeakSet<JwtExtendedException>();
  return (error) => {
    if (!events.isObserved || reported.has(error)) return;
    reported.add(error);
    const { code, payload } = error;
    const identity = payload && ownValue(payload, settings.identityClaim);
    const sid = payload === undefined || identity === undefined ? null : storeKeysOf(payload, settings).sid;
    events.emit({ type: 'refused', code, identity, sid });
  };
}
