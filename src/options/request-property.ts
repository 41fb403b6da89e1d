import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { OptionSection } from './option-section.js';
import { memberName, orFalse } from './readers.js';
import { show } from './shown-value.js';

/** A request of Node, for the names of its properties. The socket is never connected. */
const NODE_REQUEST = new IncomingMessage(new Socket());

/** The properties that Express, Fastify, HTTP/2 and their usual middleware add to a request of Node. */
const FRAMEWORK_PROPERTIES = new Set(
  [
    'accepts acceptsCharsets acceptsEncodings acceptsLanguages app authority baseUrl body compileValidationSchema context',
    'cookies csrfToken file files fresh get getDecorator getValidationFunction header host hostname id ip ips is is404 log',
    'mediaType next originalUrl param params path port protocol query range raw rawBody res route routeConfig routeOptions',
    'routeSchema routerMethod routerPath scheme secret secure server session sessionID sessionStore setDecorator',
    'signal signedCookies stale stream subdomains unsignCookie validateInput versions xhr attachValidation validationError',
  ].flatMap((line) => line.split(' ')),
);

/** @internal The property of a request for the current user; `null`: none. Other properties of a request are refused. */
export const requestProperty = orFalse((section: OptionSection, name: string): string => {
  const property = memberName('user')(section, name);
  const isTaken = property in NODE_REQUEST || FRAMEWORK_PROPERTIES.has(property) || property.startsWith('_');
  if (!isTaken) return property;
  return section.refuse(
    name,
    `is ${show(property)}, a property that requests have already. Write another name, such as 'user' or 'account', or false.`,
  );
});
