import { Delete, Get, HttpCode, Post, type Type } from '@nestjs/common';
import type { Settings } from '../options/settings.js';
import { METHOD, PATH } from '../routes/nest-metadata.js';
import { JwtRequired, Public, type RouteDecorator } from '../routes/route.decorators.js';
import { removeMethodRule, setOwnRequirement, type Handler } from '../routes/route-rules.js';
import { settleRequirement } from '../types/requirement.js';
import type { TokenLocation, TokenSource } from '../types/token-location.js';
import type { LogInSettings, RouteName } from './log-in-settings.js';

/** One route: the option that turns it on, its method, and its requirement. */
interface Route {
  /** `null`: the log-in itself. */
  readonly option: RouteName | null;
  readonly verb: typeof Get;
  readonly suffix?: string;
  readonly rule: (locations: LogInLocations, options: LogInSettings) => MethodDecorator;
}

/** Where the tokens of a log-in are found. `undefined`: in the locations of the option `tokenLocation`. */
export interface LogInLocations {
  /** For a route that reads data, or changes data with the double submit value of the cookie. */
  readonly session: TokenLocation | undefined;
  /** For a route that returns new tokens in the body: without cookies, which a script cannot read, so it must not get new ones. */
  readonly refresh: TokenLocation | readonly TokenSource[] | undefined;
}

const ROUTES = {
  logIn: { option: null, verb: Post, rule: Public },
  refresh: { option: 'refresh', verb: Post, rule: ({ refresh }) => JwtRequired({ refresh: true, locations: refresh }) },
  logOut: { option: 'logout', verb: Post, rule: logOut },
  logOutByDelete: { option: 'logout', verb: Delete, rule: logOut },
  logOutEverywhere: { option: 'logoutEverywhere', verb: Post, rule: session },
  logOutEverywhereByDelete: { option: 'logoutEverywhere', verb: Delete, rule: session },
  sessions: { option: 'sessions', verb: Get, rule: session },
  endSession: { option: 'sessions', verb: Delete, suffix: '/:sid', rule: session },
  me: { option: 'me', verb: Get, rule: session },
} as const satisfies Readonly<Record<string, Route>>;

/** The name of a handler of the controller. */
export type LogInHandler = keyof typeof ROUTES;

/** The handlers of the controller. */
export const LOG_IN_HANDLERS = Object.keys(ROUTES) as LogInHandler[];

function session(locations: LogInLocations): RouteDecorator {
  return JwtRequired({ locations: locations.session });
}

/**
 * The handler checks the token itself, because it also accepts one that has expired or is revoked. With cookies it accepts a
 * request without a token too.
 */
function logOut({ session, refresh }: LogInLocations, { cookies }: LogInSettings): MethodDecorator {
  const locations = cookies ? session : refresh;
  const requirement = settleRequirement({
    optional: cookies,
    verifyType: false,
    locations,
  });
  return (prototype, name, descriptor) => {
    Public()(prototype, name, descriptor);
    setOwnRequirement(descriptor.value as Handler, requirement);
  };
}

/** Where the tokens of this log-in are found. */
export function locationsOf({ cookies }: LogInSettings, { tokenLocation }: Settings): LogInLocations {
  if (cookies) return { session: 'cookies', refresh: 'cookies' };
  if (!tokenLocation.includes('cookies')) return { session: undefined, refresh: undefined };
  const others = tokenLocation.filter((location) => location !== 'cookies');
  return { session: undefined, refresh: others.length === 0 ? 'headers' : others };
}

/**
 * Declares the routes of a controller. It runs when Nest creates the controller, because `forRootAsync()` knows the paths only
 * then. Nest reads them later.
 */
export function declareRoutes(controller: Type, options: LogInSettings, settings: Settings): void {
  const locations = locationsOf(options, settings);
  const paths = pathsOf(options);
  Object.defineProperty(controller, 'name', { value: nameFor(options.path) });
  describeBody((controller.prototype as Record<LogInHandler, Handler>).logIn, options);
  for (const name of LOG_IN_HANDLERS) {
    const { verb, rule }: Route = ROUTES[name];
    const prototype = controller.prototype as Record<string, Handler>;
    const method = prototype[name] as Handler;
    const path = paths.get(name);
    for (const key of [PATH, METHOD]) Reflect.deleteMetadata(key, method);
    removeMethodRule(controller, name, method);
    if (path === undefined) continue;
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name) as TypedPropertyDescriptor<Handler>;
    for (const decorate of [verb(path), HttpCode(200), rule(locations, options)]) decorate(prototype, name, descriptor);
  }
}

/** The metadata key of `@ApiBody()` and the other parameters of @nestjs/swagger. */
const API_PARAMETERS = 'swagger/apiParameters';

/** Describes the body of the log-in for OpenAPI. A body that `credentials` reads is not known. */
function describeBody(method: Handler, { credentials, usernameKey, passwordKey }: LogInSettings): void {
  Reflect.deleteMetadata(API_PARAMETERS, method);
  if (credentials !== undefined) return;
  const properties = { [usernameKey]: { type: 'string' }, [passwordKey]: { type: 'string', format: 'password' } };
  const schema = { type: 'object', required: [usernameKey, passwordKey], properties };
  Reflect.defineMetadata(API_PARAMETERS, [{ in: 'body', type: String, required: true, schema }], method);
}

/** @nestjs/throttler counts by the name of the class, and OpenAPI names operations by it. So each log-in has a name of its own. */
function nameFor(path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}LogInController`;
}

/**
 * The paths of the handlers that are on, without their first and last slash.
 *
 * @throws TypeError if two handlers have one method and path, because only the first would answer.
 */
function pathsOf(options: LogInSettings): Map<LogInHandler, string> {
  const paths = new Map<LogInHandler, string>();
  for (const name of LOG_IN_HANDLERS) {
    const { option, suffix = '' }: Route = ROUTES[name];
    const path = pathOf(options, option);
    if (path !== null) paths.set(name, path.replace(/^\/|\/$/g, '') + suffix);
  }
  for (const name of ['logOut', 'logOutEverywhere'] as const) {
    if (hasOtherOption(name, paths)) paths.delete(name);
  }
  refuseSameAddress(paths);
  return paths;
}

/** Whether another option has the same path. `POST` at the path of the log-in logs in, so a log-out there is `DELETE`. */
function hasOtherOption(name: LogInHandler, paths: ReadonlyMap<LogInHandler, string>): boolean {
  const path = paths.get(name);
  return [...paths].some(([other, otherPath]) => otherPath === path && ROUTES[other].option !== ROUTES[name].option);
}

function refuseSameAddress(paths: ReadonlyMap<LogInHandler, string>): void {
  const names = [...paths.keys()];
  for (const [index, name] of names.entries()) {
    const isSame = (each: LogInHandler) =>
      ROUTES[each].verb === ROUTES[name].verb && paths.get(each) === paths.get(name);
    const other = names.slice(index + 1).find(isSame);
    if (other === undefined) continue;
    const [one, two] = [optionName(name), optionName(other)];
    throw new TypeError(`JwtAuthModule options "${one}" and "${two}" have the same path. Change one of them.`);
  }
}

function optionName(handler: LogInHandler): string {
  const { option } = ROUTES[handler];
  return option === null ? 'path' : `routes.${option}`;
}

/** A path that begins with `/` is one of the application; every other one follows the path of the log-in. */
function pathOf({ path, routes }: LogInSettings, option: RouteName | null): string | null {
  if (option === null) return path;
  const own = routes[option];
  if (own === null) return null;
  return own.startsWith('/') ? own : `${path}/${own}`;
}
