import { CALLBACKS } from './callbacks.js';
import { checkCsrfCookies } from './csrf-options.js';
import { checkIssuers } from './issuer-check.js';
import { KEY_OPTIONS, settleKeys, type KeyMaterialOptions } from './key-settings.js';
import { EXTRAS } from './module-extras.js';
import { refuseCollisions } from './name-collisions.js';
import { NAMES_ELSEWHERE } from './names-elsewhere.js';
import { OptionSection, refuse } from './option-section.js';
import { OPTIONS, type OptionValues } from './option-table.js';
import type { Settings } from './settings.js';
import { conceal } from '../types/concealed.js';

/** The options after their check. */
export interface ResolvedOptions {
  readonly settings: Settings;
  readonly keyMaterial: KeyMaterialOptions;
}

/**
 * Checks the options and fills in the defaults. A wrong option is a `TypeError`. `withExtras`: the object may also hold
 * the module's extras, as it does in `forRoot()`.
 */
export function resolveOptions(options: unknown, withExtras = false): ResolvedOptions {
  if (!withExtras) refuseExtras(options);
  const names = Object.keys({ ...KEY_OPTIONS, ...OPTIONS, ...CALLBACKS, ...(withExtras && EXTRAS) });
  const section = new OptionSection(options, names, { namesElsewhere: NAMES_ELSEWHERE });
  const keys = settleKeys(section.read(KEY_OPTIONS), section);
  const values = section.read(OPTIONS);
  checkCsrfCookies(values.csrf, values.cookies, section);
  refuseCollisions(values, section);
  checkIssuers(values, keys.settings, section);
  requireStore(values, section);
  checkNotBefore(values, section);
  // They lead to the store with its client, and to the addresses of keys.
  const settings = conceal(
    {
      ...values,
      ...keys.settings,
      callbacks: section.read(CALLBACKS),
      challengeScheme: values.header.type || 'Bearer',
    },
    'Settings',
  );
  return { settings: Object.freeze(settings), keyMaterial: keys.material };
}

/** The settings alone, of options without extras. */
export function resolveSettings(options: unknown): Settings {
  return resolveOptions(options).settings;
}

/** Nest has built the module before a factory returns, so extras come too late there. */
function refuseExtras(options: unknown): void {
  if (typeof options !== 'object' || options === null) return;
  const extra = Object.keys(EXTRAS).find((name) => Object.hasOwn(options, name));
  if (extra === undefined) return;
  refuse(extra, `is read from the call only. Write forRootAsync({ ${extra}: …, useFactory: … }).`);
}

/** A token that expires before it becomes valid would be refused everywhere. */
function checkNotBefore(values: OptionValues, section: OptionSection): void {
  const { notBeforeDelta, encodeNotBefore } = values;
  if (notBeforeDelta === 0) return;
  if (!encodeNotBefore)
    section.refuse('notBeforeDelta', 'needs the claim "nbf", which encodeNotBefore: false leaves out.');
  const shorter = (['accessTokenExpires', 'refreshTokenExpires'] as const).find(
    (name) => (values[name] ?? Infinity) <= notBeforeDelta,
  );
  if (shorter !== undefined) section.refuse('notBeforeDelta', `must be less than ${shorter}.`);
}

function requireStore({ revocation }: OptionValues, section: OptionSection): void {
  if (revocation !== null || (section.raw('rotation') ?? null) === null) return;
  section.refuse('rotation', 'needs a store: set revocation: { store: new MemoryRevocationStore() } for one process.');
}
