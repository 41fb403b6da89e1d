import { isEnded, NO_ENDINGS, type Endings } from '../endings.js';
import type { SessionRecord } from '../revocation-store.js';
import { readStored } from './redis-record.js';

/** What the key of a cut-off says. */
interface CutOff {
  readonly cutOff: number | null;
  readonly endings: Endings;
}

/** The value of the key, if it has endings: see `redis-script-endings.ts`. */
interface CutOffValue extends Pick<Endings, 'generation' | 'all'> {
  readonly cutOff: number;
  readonly past?: { readonly generation: number; readonly before: number };
}

/** Reads the value of the key. Without endings it is a number. Sessions that did not end have a later generation. */
export function readCutOff(value: string | null): CutOff {
  if (value === null) return { cutOff: null, endings: NO_ENDINGS };
  if (!value.startsWith('{')) return { cutOff: Number(value), endings: NO_ENDINGS };
  const { cutOff, generation, all, past } = JSON.parse(value) as CutOffValue;
  return { cutOff, endings: { generation, all, exceptOfAll: null, past: past ? { ...past, except: null } : null } };
}

/** The sessions that have not ended, from the values of their keys and of the cut-off. `null` is a session that has expired. */
export function currentSessions(values: readonly (string | null)[], cutOff: string | null): SessionRecord[] {
  const { endings } = readCutOff(cutOff);
  const stored = values.filter((value) => value !== null).map(readStored);
  return stored.filter((session) => !isEnded(session, endings)).map(({ record }) => record);
}
