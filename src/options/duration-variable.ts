import { toSeconds } from './duration.js';

/**
 * Reads a lifetime from an environment variable, in seconds. A number alone means seconds there: `'900'`, `'900s'` and `'15m'`
 * are the same lifetime. A variable that is not set gives `undefined`, so that the option has its default.
 *
 * @param name the variable, for the error. Default: the variable that has this value, if it is the only one.
 * @throws TypeError if the text is no lifetime.
 * @example
 * JwtExtendedModule.forRoot({ secret, accessTokenExpires: duration(process.env.JWT_TTL, 'JWT_TTL') })
 */
export function duration(value: string | number, name?: string): number;
export function duration(value: string | number | undefined, name?: string): number | undefined;
export function duration(value: string | number | undefined, name = variableWith(value)): number | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value.trim() : value;
  const start = name === null ? 'A lifetime' : `The lifetime ${name}`;
  if (text === '')
    throw new TypeError(`${start} is empty. Write seconds (900) or a number with a unit (15m), or unset it.`);
  let seconds: number;
  try {
    seconds = toSeconds(typeof text === 'string' && /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : text);
  } catch (error) {
    throw new TypeError(`${start} is wrong: ${(error as Error).message}`, { cause: error });
  }
  if (seconds >= 0) return seconds;
  throw new TypeError(`${start} must not be negative; it is ${text}.`);
}

/** Two variables with one value leave open which of them is meant. */
function variableWith(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const names = Object.keys(process.env).filter((name) => process.env[name] === value);
  return names.length === 1 ? (names[0] as string) : null;
}
