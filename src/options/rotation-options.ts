import type { RefreshReuseEvent } from '../types/revocation-event.js';
import type { Duration } from './duration.js';
import type { OptionSection, ReadersOf, ValuesOf } from './option-section.js';
import { callback, countOrNone, flag, lifetime, milliseconds, sectionOf } from './readers.js';

/** How refresh tokens are replaced (RFC 9700 s.4.14.2). */
export interface RotationOptions {
  /**
   * How long a used refresh token still gets its successor, so that a client can retry; `0`: not at all.
   * @default '10s'
   */
  grace?: Duration | undefined;
  /**
   * The longest life of a session.
   * @default no limit
   */
  maxAge?: Duration | undefined;
  /**
   * The longest life of a session without a refresh.
   * @default no limit but the lifetime of the refresh token
   */
  idle?: Duration | undefined;
  /**
   * The largest number of sessions of one user; `false`: no limit. A new session ends the one that was unused for the longest
   * time. If a user has many more, for example because the limit is new, they end in small steps.
   * @default 100
   */
  maxPerUser?: number | false | undefined;
  /**
   * Accept refresh tokens without a session, from another service: their first rotation opens a session.
   * @default false
   */
  adopt?: boolean | undefined;
  /**
   * Called when the reuse of a refresh token ended its session. An error that it throws is logged.
   *
   * @example onReuse: (event) => audit.warn(`session ${event.sid} ended`)
   */
  onReuse?(event: RefreshReuseEvent): unknown;
}

const ROTATION = {
  /** Milliseconds. */
  grace: milliseconds('10s'),
  /** Milliseconds; `null`: no limit. */
  maxAge: sessionAge,
  /** Whole seconds; `null`: no limit. */
  idle,
  /** `null`: no limit. */
  maxPerUser: countOrNone(100),
  adopt: flag(false),
  onReuse,
} satisfies ReadersOf<RotationOptions>;

/** @internal The settled option `rotation`. */
export type RotationSettings = ValuesOf<typeof ROTATION>;

/** @internal */
export const rotation = sectionOf(ROTATION);

function sessionAge(section: OptionSection, name: string): number | null {
  const seconds = lifetime(false)(section, name);
  return seconds === null ? null : seconds * 1000;
}

function idle(section: OptionSection, name: string): number | null {
  const seconds = lifetime(false)(section, name);
  return seconds === null ? null : Math.ceil(seconds);
}

function onReuse(section: OptionSection, name: string): RotationOptions['onReuse'] | null {
  return callback<RotationOptions['onReuse']>(section, name) ?? null;
}
