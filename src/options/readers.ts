import { bareNumber, toSeconds, type Duration } from './duration.js';
import type { OptionSection, Reader, ValuesOf } from './option-section.js';
import { show } from './shown-value.js';

/** A boolean. */
export function flag(fallback: boolean): Reader<boolean> {
  return (section, name) => {
    const value = section.raw(name) ?? fallback;
    return typeof value === 'boolean' ? value : section.refuse(name, `must be true or false; it is ${show(value)}.`);
  };
}

/** A string that is not empty. */
export function text(fallback: string): Reader<string> {
  return (section, name) => {
    const value = textOrEmpty(fallback)(section, name);
    return value === '' ? section.refuse(name, 'must not be empty. Leave it out for the default.') : value;
  };
}

/** The name of a member of an object. JavaScript reads `__proto__` as the prototype of the object, so it is refused. */
export function memberName(fallback: string): Reader<string> {
  return (section, name) => checkMemberName(section, name, text(fallback)(section, name));
}

function checkMemberName(section: OptionSection, name: string, value: string): string {
  if (value !== '__proto__') return value;
  return section.refuse(name, 'must not be "__proto__", which JavaScript reads as the prototype of an object.');
}

/** A string, which may be empty. */
export function textOrEmpty(fallback: string): Reader<string> {
  return (section, name) => {
    const value = section.raw(name) ?? fallback;
    return typeof value === 'string' ? value : section.refuse(name, `must be a string; it is ${show(value)}.`);
  };
}

/** The name of a header field or cookie: a token (RFC 9110 s.5.6.2). */
export function fieldName(fallback: string): Reader<string> {
  return (section, name) => {
    const value = memberName(fallback)(section, name);
    if (isToken(value)) return value;
    return section.refuse(name, `must be a name of letters, digits and - _ . only; it is ${show(value)}.`);
  };
}

/** Whether a text is a token (RFC 9110 s.5.6.2): the form of header names, schemes and cookie names. */
export function isToken(value: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(value);
}

/** A whole number of at least 1. */
export function count(fallback: number): Reader<number> {
  return (section, name) => {
    const value = section.raw(name) ?? fallback;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
    return section.refuse(name, `must be a whole number of at least 1; it is ${show(value)}.`);
  };
}

/** A whole number of at least 1; `null` for the value `false`: no limit. */
export function countOrNone(fallback: number): Reader<number | null> {
  return (section, name) => {
    const value = section.raw(name) ?? fallback;
    if (value === false) return null;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
    return section.refuse(name, `must be a whole number of at least 1, or false for no limit; it is ${show(value)}.`);
  };
}

/** A duration in seconds, zero or more. */
export function duration(fallback: Duration): Reader<number> {
  return (section, name) => {
    const seconds = secondsOf(section, name, section.raw(name) ?? fallback);
    return seconds < 0 ? section.refuse(name, 'must not be negative.') : seconds;
  };
}

/** A number up to a limit. `limit` is how users write it, and `reason` says why there is one. */
export function atMost(read: Reader<number>, most: number, limit: string, reason: string): Reader<number> {
  return (section, name) => {
    const value = read(section, name);
    if (value <= most) return value;
    return section.refuse(name, `must be at most ${limit}; it is ${show(section.raw(name))}. ${reason}`);
  };
}

/** A duration in milliseconds, zero or more. */
export function milliseconds(fallback: Duration): Reader<number> {
  return (section, name) => duration(fallback)(section, name) * 1000;
}

/** A duration in milliseconds, more than zero. */
export function positiveMilliseconds(fallback: Duration): Reader<number> {
  return (section, name) => {
    refuseBareZero(section, name, 'must be more than zero.');
    const value = milliseconds(fallback)(section, name);
    return value > 0 ? value : section.refuse(name, 'must be more than zero.');
  };
}

/** How long a request waits for a server, in milliseconds. Node fires a timer of more than 25 days at once. */
export function timeLimit(fallback: Duration): Reader<number> {
  return atMost(positiveMilliseconds(fallback), 600_000, "'10m'", 'A request would wait for that long.');
}

/** A lifetime in seconds, more than zero; `null` for the value `false`: no end. */
export function lifetime(fallback: Duration | false): Reader<number | null> {
  return (section, name) => {
    const value = section.raw(name) ?? fallback;
    if (value === false) return null;
    const problem = `must be more than zero; it is ${show(value)}. For no end write false.`;
    refuseBareZero(section, name, problem);
    const seconds = secondsOf(section, name, value);
    return seconds > 0 ? seconds : section.refuse(name, problem);
  };
}

/** Else the message for `'0'` would advise `'0s'`, which is refused too. */
function refuseBareZero(section: OptionSection, name: string, problem: string): void {
  const number = bareNumber(section.raw(name));
  if (number !== null && number <= 0) section.refuse(name, problem);
}

/** A list of texts that are not empty; `null` when the option is not set. */
export function names(section: OptionSection, name: string): readonly string[] | null {
  const values = list(section, name);
  if (values === null) return null;
  if (!values.every((value) => typeof value === 'string' && value !== '')) {
    return section.refuse(name, `must be a list of names; it is ${show(values)}.`);
  }
  return Object.freeze(values.map((value) => checkMemberName(section, name, value as string)));
}

/** A list, frozen; `null` when the option is not set. */
export function list(section: OptionSection, name: string): readonly unknown[] | null {
  const value = section.raw(name) ?? null;
  if (value === null) return null;
  if (!Array.isArray(value)) return section.refuse(name, `must be a list; it is ${show(value)}.`);
  return Object.freeze([...(value as readonly unknown[])]);
}

/** A function, bound to its options, which may be an instance of a class; `undefined` when it is not set. */
export function callback<Callback>(section: OptionSection, name: string): Callback | undefined {
  const value = section.raw(name) ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'function') return section.refuse(name, `must be a function; it is ${show(value)}.`);
  return (value as (...args: unknown[]) => unknown).bind(section.options) as Callback;
}

type AnyReaders = Readonly<Record<string, Reader<unknown>>>;

/** An object of options. */
export function sectionOf<Readers extends AnyReaders>(readers: Readers): Reader<ValuesOf<Readers>>;
/** `finish` checks what the options of the object mean together, and returns the final value. */
export function sectionOf<Readers extends AnyReaders, Value>(
  readers: Readers,
  finish: (values: ValuesOf<Readers>, section: OptionSection) => Value,
): Reader<Value>;
export function sectionOf<Readers extends AnyReaders>(
  readers: Readers,
  finish?: (values: ValuesOf<Readers>, section: OptionSection) => unknown,
): Reader<unknown> {
  return (parent, name) => {
    const section = parent.section(name, Object.keys(readers));
    const values = section.read(readers);
    return finish === undefined ? values : finish(values, section);
  };
}

/** `null` when the option is not set or `null`. */
export function optional<Value>(read: Reader<Value>): Reader<Value | null> {
  return (section, name) => ((section.raw(name) ?? null) === null ? null : read(section, name));
}

/** `null` for the value `false`. */
export function orFalse<Value>(read: Reader<Value>): Reader<Value | null> {
  return (section, name) => (section.raw(name) === false ? null : read(section, name));
}

function secondsOf(section: OptionSection, name: string, value: unknown): number {
  try {
    return toSeconds(value);
  } catch (error) {
    return section.refuse(name, `is wrong: ${(error as Error).message}`);
  }
}
