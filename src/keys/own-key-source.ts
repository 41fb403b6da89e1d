import type { Settings } from '../options/settings.js';
import { ChosenKeys } from './chosen-keys.js';
import type { KeyRing } from './key-ring.js';
import type { KeySource } from './key-source.js';

/** Where the keys of our own tokens come from: the callback where there is one, else the ring. */
export function ownKeySource(settings: Settings, ring: KeyRing): KeySource {
  const { decodeKey } = settings.callbacks;
  return decodeKey === undefined ? ring : new ChosenKeys(decodeKey, settings);
}
