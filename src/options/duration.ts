/** The units of a duration that is written as text: milliseconds, seconds, minutes, hours, days, weeks. */
export type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd' | 'w';

/** A duration as the sum of its fields. */
export interface DurationFields {
  /** Milliseconds. */
  milliseconds?: number;
  /** Seconds. */
  seconds?: number;
  /** Minutes of 60 seconds. */
  minutes?: number;
  /** Hours of 60 minutes. */
  hours?: number;
  /** Days of 24 hours, also when clocks change to summer time. */
  days?: number;
  /** Weeks of 7 days. */
  weeks?: number;
}

/**
 * A duration: a number of **seconds**, a text with a unit, or an object with fields.
 *
 * @example 900, '15m', { minutes: 15 }
 */
export type Duration = number | `${number}${DurationUnit}` | DurationFields;

const UNIT_SECONDS: Readonly<Record<DurationUnit, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
};

const FIELD_SECONDS: Readonly<Record<keyof DurationFields, number>> = {
  milliseconds: 0.001,
  seconds: 1,
  minutes: 60,
  hours: 3_600,
  days: 86_400,
  weeks: 604_800,
};

/**
 * The seconds of a duration. A wrong one is a `TypeError`. A number as text is refused, because other libraries read it as
 * seconds or as milliseconds.
 * @internal
 */
export function toSeconds(duration: unknown): number {
  const seconds = readSeconds(duration);
  if (!Number.isFinite(seconds) || Math.abs(seconds) > Number.MAX_SAFE_INTEGER) {
    throw new TypeError(`${show(duration)} is not a finite duration.`);
  }
  return seconds;
}

function readSeconds(duration: unknown): number {
  if (typeof duration === 'number') return duration;
  if (typeof duration === 'string') return fromText(duration);
  if (typeof duration === 'object' && duration !== null && !Array.isArray(duration)) return fromFields(duration);
  throw new TypeError(
    `${show(duration)} is not a duration. Write seconds (900), a text with a unit ('15m') or fields ({ minutes: 15 }).`,
  );
}

/** Names of units in texts such as `30 days`, which other libraries accept. */
const UNIT_WORDS: readonly [RegExp, DurationUnit][] = [
  [/^(?:msecs?|millis|milliseconds?)$/, 'ms'],
  [/^(?:s|secs?|seconds?)$/, 's'],
  [/^(?:m|mins?|minutes?)$/, 'm'],
  [/^(?:h|hrs?|hours?)$/, 'h'],
  [/^(?:d|days?)$/, 'd'],
  [/^(?:w|weeks?)$/, 'w'],
];

/** The number of a text without a unit; `null` for every other value. */
export function bareNumber(value: unknown): number | null {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : null;
}

function fromText(text: string): number {
  const match = /^(-?\d{1,15}(?:\.\d{1,9})?)(ms|s|m|h|d|w)$/.exec(text.trim());
  if (match) return Number(match[1]) * UNIT_SECONDS[match[2] as DurationUnit];
  throw new TypeError(`'${text.slice(0, 60)}' ${cureFor(text.trim())}`);
}

function cureFor(text: string): string {
  if (bareNumber(text) !== null) return `has no unit. Write ${text} (a number of seconds) or '${text}s'.`;
  if (text === 'false' || text === 'never') return 'is not a duration. For no end write false, without quotes.';
  const [, number, word = ''] = /^(\d{1,15}(?:\.\d{1,9})?)\s*([a-z]{1,12})$/i.exec(text) ?? [];
  const unit = UNIT_WORDS.find(([pattern]) => pattern.test(word.toLowerCase()))?.[1];
  return unit === undefined
    ? "is not a duration. Write a number and a unit: ms, s, m, h, d or w, as in '15m'."
    : `is not a duration. Write '${number}${unit}'.`;
}

function fromFields(fields: object): number {
  let seconds = 0;
  const entries = Object.entries(fields);
  for (const [name, value] of entries) {
    if (!Object.hasOwn(FIELD_SECONDS, name) || typeof value !== 'number') {
      throw new TypeError(
        `${show(fields)} is not a duration. Known fields: ${Object.keys(FIELD_SECONDS).join(', ')}, each a number.`,
      );
    }
    seconds += value * FIELD_SECONDS[name as keyof DurationFields];
  }
  if (entries.length === 0) throw new TypeError('{} is not a duration. Write fields, such as { minutes: 15 }.');
  return seconds;
}

function show(value: unknown): string {
  return typeof value === 'number' || value === undefined ? String(value) : (JSON.stringify(value) ?? typeof value);
}
