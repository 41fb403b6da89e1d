import type { ModuleMetadata } from '@nestjs/common';
import { answering, type AnyCallback } from '../types/callback-answer.js';
import { anyAnswer } from '../types/answer-checks.js';
import type { Awaitable } from '../types/awaitable.js';
import type { HttpRequest } from '../types/http.js';
import type { Duration } from '../options/duration.js';
import { callbackWith } from '../options/callback-reader.js';
import {
  readOptions,
  type OptionSection,
  type Reader,
  type ReadersOf,
  type ValuesOf,
} from '../options/option-section.js';
import { flag, lifetime, memberName, milliseconds, orFalse, sectionOf, text } from '../options/readers.js';
import { show } from '../options/shown-value.js';
import type { Credentials, JwtAuthModuleExtras, JwtAuthOptions, LogInRefusal, LogInRoutes } from './log-in-options.js';
import type { LogInTokens } from './log-in-tokens.js';
import { userOrRefusal } from './user-answer.js';

/** The name of a further route. */
export type RouteName = keyof LogInRoutes;

type Asked<Arguments extends unknown[], Value = unknown> = ((...args: Arguments) => Awaitable<Value>) | undefined;

/** The longest time that every refusal may be made to wait, in milliseconds. A caller waits for that long. */
const LONGEST_REFUSAL = 5_000;

const ROUTES = {
  refresh: route('refresh'),
  logout: route('logout'),
  logoutEverywhere: route('logout-everywhere'),
  sessions: route('sessions'),
  me: route('me'),
} satisfies ReadersOf<LogInRoutes>;

const READERS = {
  authenticate,
  path: pathOf,
  usernameKey: memberName('username'),
  passwordKey: memberName('password'),
  refresh: flag(false),
  cookies: flag(false),
  fresh,
  identity: callbackWith<Asked<[unknown]>>(anyAnswer),
  device,
  routes: sectionOf(ROUTES),
  response: callbackWith<Asked<[LogInTokens, unknown, HttpRequest]>>(anyAnswer),
  error: callbackWith<Asked<[LogInRefusal, HttpRequest]>>(anyAnswer),
  credentials: callbackWith<Asked<[HttpRequest], Credentials | null | undefined>>(anyAnswer),
  profile: callbackWith<Asked<[unknown, HttpRequest]>>(anyAnswer),
  /** Milliseconds; `null`: refusals do not wait. */
  refusalTime: orFalse(refusalTime),
  limitedElsewhere: flag(false),
} satisfies ReadersOf<JwtAuthOptions>;

const EXTRAS = {
  decorators: (section, name) => readDecorators(section.raw(name)),
  imports: modules,
} satisfies ReadersOf<JwtAuthModuleExtras>;

/** The options of a log-in: checked, with every default filled in. */
export type LogInSettings = ValuesOf<typeof READERS>;

/** Injects the `LogInSettings`. A symbol, so that the ESM and CommonJS copies of this package agree. */
export const LOG_IN_SETTINGS = Symbol.for('nestjs-jwt-extended.log-in-settings');

/** Injects the class of the controller. */
export const LOG_IN_CONTROLLER = Symbol.for('nestjs-jwt-extended.log-in-controller');

/** Reads the options. @throws TypeError that names the wrong option and the cure. */
export function readLogInOptions(options: unknown): LogInSettings {
  return checked(readOptions(options, READERS, { owner: OWNER, namesElsewhere: NAMES_ELSEWHERE }));
}

/** Reads the argument of `forRoot()`: the options and the extras of the module. */
export function readLogInCall(options: unknown): LogInSettings & ValuesOf<typeof EXTRAS> {
  return checked(readOptions(options, { ...READERS, ...EXTRAS }, { owner: OWNER, namesElsewhere: NAMES_ELSEWHERE }));
}

function modules(section: OptionSection, name: string): NonNullable<ModuleMetadata['imports']> {
  return (section.raw(name) ?? []) as NonNullable<ModuleMetadata['imports']>;
}

/** @throws TypeError if a value is no list of decorators. */
export function readDecorators(value: unknown): readonly MethodDecorator[] {
  const decorators: unknown = value ?? [];
  if (Array.isArray(decorators) && decorators.every((each) => typeof each === 'function')) {
    return decorators as MethodDecorator[];
  }
  throw new TypeError(
    'JwtAuthModule option "decorators" must be a list of decorators, such as [UseGuards(ThrottlerGuard)].',
  );
}

function checked<Options extends LogInSettings>(settings: Options): Options {
  if (settings.usernameKey !== settings.passwordKey) return settings;
  throw new TypeError('JwtAuthModule options "usernameKey" and "passwordKey" must be different.');
}

const OWNER = 'JwtAuthModule';

/** The names that users know from other libraries. */
const NAMES_ELSEWHERE: Readonly<Record<string, string>> = {
  validate: 'Write authenticate.',
  usernameField: 'Write usernameKey.',
  passwordField: 'Write passwordKey.',
  authentication_handler: 'Write authenticate.',
  auth_response_handler: 'Write response.',
  guards: 'Write decorators: [UseGuards(…)].',
  useFactory: 'Write JwtAuthModule.forRootAsync({ inject, useFactory }).',
  useClass: 'Write JwtAuthModule.forRootAsync({ useClass }).',
  useExisting: 'Write JwtAuthModule.forRootAsync({ useExisting }).',
  inject: 'Write JwtAuthModule.forRootAsync({ inject, useFactory }).',
  decorators: 'With forRootAsync() it stands next to useFactory.',
  imports: 'With forRootAsync() it stands next to useFactory.',
};

function authenticate(section: OptionSection, name: string): (...args: unknown[]) => Awaitable<unknown> {
  const value: unknown = section.raw(name);
  if (typeof value !== 'function') {
    return section.refuse(name, `must be a function that returns the user, or null; it is ${show(value)}.`);
  }
  const bound = (value as (...args: unknown[]) => unknown).bind(section.options);
  return answering(bound as AnyCallback, name, userOrRefusal) as (...args: unknown[]) => Awaitable<unknown>;
}

/** Without its first and last slash. */
function pathOf(section: OptionSection, name: string): string {
  return checkedPath(section, name, text('auth')(section, name)).replace(/^\/|\/$/g, '');
}

/** The path of a route as it is written; `null` without the route. */
function route(fallback: string): Reader<string | null> {
  return (section, name) => {
    const value = section.raw(name) ?? false;
    if (typeof value === 'string') return checkedPath(section, name, value);
    if (typeof value !== 'boolean') return section.refuse(name, `must be true or a path; it is ${show(value)}.`);
    return value ? fallback : null;
  };
}

function checkedPath(section: OptionSection, name: string, value: string): string {
  if (/^\/?[^\s:*?#/{}()]+(?:\/[^\s:*?#/{}()]+)*\/?$/.test(value)) return value;
  return section.refuse(name, `must be a path without parameters, such as 'auth/login'; it is ${show(value)}.`);
}

function fresh(section: OptionSection, name: string): boolean | Duration {
  const value = section.raw(name) ?? true;
  if (typeof value === 'boolean') return value;
  lifetime(false)(section, name);
  return value;
}

/** `undefined`: the note is the user agent. `null`: there is none. */
function device(section: OptionSection, name: string): Asked<[HttpRequest]> | null {
  if (section.raw(name) === false) return null;
  return callbackWith<Asked<[HttpRequest]>>(anyAnswer)(section, name);
}

function refusalTime(section: OptionSection, name: string): number {
  const value = milliseconds('25ms')(section, name);
  if (value >= 1 && value <= LONGEST_REFUSAL) return value;
  return section.refuse(name, "must be from '1ms' to '5s', or false for no wait.");
}
