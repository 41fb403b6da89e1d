import { toSeconds } from './duration.js';
import { nearest } from './nearest.js';

type Fields = Readonly<Record<string, unknown>>;

/** Stops the start: names the option, what is wrong with it and the cure. */
export function refuse(option: string, problem: string): never {
  throw new TypeError(`JwtExtendedModule option "${option}" ${problem}`);
}

/** Reads one object of options, checking each value as it is asked for; `undefined` means the default. */
export class OptionReader {
  private readonly fields: Fields;

  constructor(
    given: unknown,
    known: readonly string[],
    private readonly path = '',
  ) {
    if (given === undefined) given = {};
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      refuse(path || 'options', `must be an object with any of: ${known.join(', ')}.`);
    }
    for (const name of Object.keys(given)) {
      if (!known.includes(name)) this.refuse(name, `does not exist. ${hint(name, known)}`);
    }
    this.fields = given as Fields;
  }

  refuse(name: string, problem: string): never {
    return refuse(this.path ? `${this.path}.${name}` : name, problem);
  }

  /** What an object inherits counts too: options may come as an instance of a class. */
  raw(name: string): unknown {
    return name in Object.prototype ? undefined : this.fields[name];
  }

  section(name: string, known: readonly string[]): OptionReader {
    return new OptionReader(this.raw(name), known, this.path ? `${this.path}.${name}` : name);
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.raw(name) ?? fallback;
    return typeof value === 'boolean' ? value : this.refuse(name, `must be true or false; it is ${show(value)}.`);
  }

  text(name: string, fallback: string, { mayBeEmpty = false } = {}): string {
    const value = this.raw(name) ?? fallback;
    if (typeof value !== 'string') return this.refuse(name, `must be a string; it is ${show(value)}.`);
    if (value === '' && !mayBeEmpty) this.refuse(name, 'must not be empty. Leave it out for the default.');
    return value;
  }

  /** The name of a header or cookie (an RFC 9110 token). */
  token(name: string, fallback: string): string {
    const value = this.text(name, fallback);
    if (!isToken(value)) {
      this.refuse(name, `must be a name of letters, digits and - _ . only; it is ${show(value)}.`);
    }
    return value;
  }

  integer(name: string, fallback: number, least: number): number {
    const value = this.raw(name) ?? fallback;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
      return this.refuse(name, `must be a whole number of at least ${least}; it is ${show(value)}.`);
    }
    return value;
  }

  /** Seconds, not negative. */
  duration(name: string, fallback: unknown): number {
    const seconds = this.seconds(name, this.raw(name) ?? fallback);
    return seconds < 0 ? this.refuse(name, 'must not be negative.') : seconds;
  }

  /** Seconds above zero, or `null` for never (`false`). */
  lifetime(name: string, fallback: unknown): number | null {
    const value = this.raw(name) ?? fallback;
    if (value === false) return null;
    const seconds = this.seconds(name, value);
    if (seconds <= 0) {
      this.refuse(name, `must be more than zero; it is ${show(value)}. For tokens that never expire write false.`);
    }
    return seconds;
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    return Array.isArray(value) ? (value as unknown[]) : this.refuse(name, `must be a list; it is ${show(value)}.`);
  }

  /** Names, each once. */
  texts(name: string): readonly string[] | undefined {
    const values = this.list(name);
    if (values?.every((value) => typeof value === 'string' && value !== '') === false) {
      this.refuse(name, `must be a list of names; it is ${show(values)}.`);
    }
    return values as readonly string[] | undefined;
  }

  callback<T>(name: string): T | undefined {
    const value = this.raw(name) ?? undefined;
    if (value !== undefined && typeof value !== 'function') {
      this.refuse(name, `must be a function; it is ${show(value)}.`);
    }
    return (value as ((...given: unknown[]) => unknown) | undefined)?.bind(this.fields) as T | undefined;
  }

  private seconds(name: string, value: unknown): number {
    try {
      return toSeconds(value);
    } catch (error) {
      return this.refuse(name, `is wrong: ${(error as Error).message}`);
    }
  }
}

/** Whether a text is a token as RFC 9110 s.5.6.2 has it: the form of header names, schemes and cookie names. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}

/** How a value is shown in an error; never the text of a key. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? JSON.stringify(value) : 'an object';
  return String(value);
}

function hint(name: string, known: readonly string[]): string {
  const likely = nearest(name, known);
  return likely === null ? `Known: ${known.join(', ')}.` : `Did you mean "${likely}"?`;
}
