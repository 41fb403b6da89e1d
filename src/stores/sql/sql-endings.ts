import { NO_ENDINGS, type Endings } from '../endings.js';
import { decodeText, encodeText } from './sql-record.js';

/** The endings of a subject, and whether rows of sessions that have ended are left. */
export interface StoredEndings extends Endings {
  readonly hasRemains: boolean;
}

const NONE: StoredEndings = { ...NO_ENDINGS, hasRemains: false };

/** The endings in the column `device` of a cut-off. Sessions have their generation in the column `cut_off`; `NULL` is 0. */
export function readEndings(device: unknown): StoredEndings {
  if (typeof device !== 'string' || device === '') return NONE;
  return JSON.parse(decodeText(device)) as StoredEndings;
}

/** The value of the column. */
export function endingsText(endings: StoredEndings): string {
  return encodeText(JSON.stringify(endings));
}
