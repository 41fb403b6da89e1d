import { membersOf } from '../types/members.js';
import { CALL_NAMES_ELSEWHERE } from './names-elsewhere.js';
import { OptionSection } from './option-section.js';

/** The names of the options of a call. A missing and an unknown name do not compile. */
type NamesOf<Options> = Readonly<Record<keyof Options, true>>;

/** No options. It inherits none from `Object.prototype` either. */
const NONE: object = Object.freeze(Object.create(null) as object);

/**
 * @internal Reads the options of a call. A misspelled name would silently create a token with other claims or another
 * lifetime, so it is a `TypeError`.
 */
export function callOptions<Options extends object>(
  call: string,
  names: NamesOf<Options>,
): (options: Options | undefined) => Options {
  const known = Object.keys(names) as (keyof Options & string)[];
  const label = { owner: `${call}()`, namesElsewhere: CALL_NAMES_ELSEWHERE };
  return (options) => {
    if (options === undefined) return NONE as Options;
    // It refuses values that are no object, and names that are not known.
    const section = new OptionSection(options, known, label);
    return membersOf(section.options as Options, known) as Options;
  };
}
