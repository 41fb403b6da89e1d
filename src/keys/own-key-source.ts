import type { Settings } from '../options/settings.js';
import { ChosenKeys } from './chosen-keys.js';
import type { KeySource } from './key-source.js';
import type { OwnKeys } from './own-keys.js';

/** The source of the keys of this application's own tokens: `decodeKey` if it is set, otherwise the options. */
export function ownKeySource(settings: Settings, keys: OwnKeys): KeySource {
  const { decodeKey } = settings.callbacks;
  return decodeKey === undefined ? keys : new ChosenKeys(decodeKey, settings);
}
