import type { Callbacks } from './callbacks.js';
import type { KeySettings } from './key-settings.js';
import type { OptionValues } from './option-table.js';

/** The options as the rest of the library reads them: checked, with every default filled in, frozen, without keys. */
export interface Settings extends OptionValues, KeySettings {
  readonly callbacks: Callbacks;
  /** The scheme in `WWW-Authenticate`. */
  readonly challengeScheme: string;
}
