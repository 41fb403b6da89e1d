import { json, header, queryString } from './options/location-options.js';
import type { JwtExtendedOptions } from './options/jwt-extended-options.js';
import { csrf } from './options/csrf-options.js';
import { OptionSection } from './options/option-section.js';

/** The options of the module that name where tokens are. */
export type JwtRedactOptions = Pick<JwtExtendedOptions, 'header' | 'queryString' | 'json' | 'csrf'>;

/** The option `redact` of pino. */
export interface JwtRedaction {
  /** The paths in a line of the log that can hold a token. */
  paths: string[];
  /** Returns what is logged for a value at a path. */
  censor: (value: unknown, path: string[]) => unknown;
}

const CENSORED = '[Redacted]';

/** A token in the form of JWS (RFC 7515 s.3.1): its header begins with `{"`. */
const TOKEN = /eyJ[\w-]+\.[\w-]*\.[\w-]*/g;

/**
 * The option `redact` for pino, pino-http and nestjs-pino: keeps tokens out of the lines about requests. It covers the headers with
 * tokens, `Cookie` and `Set-Cookie`, the query string, tokens and passwords in bodies, and texts that look like a token.
 *
 * @param options the options of the module, if they rename where tokens are
 * @throws TypeError for a wrong option
 * @example
 * LoggerModule.forRoot({ pinoHttp: { redact: jwtRedact() } });
 */
export function jwtRedact(options: JwtRedactOptions = {}): JwtRedaction {
  const section = new OptionSection({ ...options }, Object.keys(options));
  const { name: parameter } = queryString(section, 'queryString');
  const { accessKey, refreshKey } = json(section, 'json');
  const { access, refresh } = csrf(section, 'csrf') ?? { access: null, refresh: null };
  const headers = [
    ...[header(section, 'header').name, 'authorization', 'cookie', 'sec-websocket-protocol'],
    ...[access?.headerName, refresh?.headerName].filter((name) => name !== undefined),
  ].map((name) => name.toLowerCase());
  const members = [accessKey, refreshKey, 'password'];
  const bodies = ['req.body', 'res.body'].flatMap((body) => members.map((name) => `${body}[${JSON.stringify(name)}]`));
  return {
    paths: ['req.headers.*', 'req.query.*', 'req.params.*', 'req.url', 'res.headers["set-cookie"]', ...bodies],
    censor: (value, [, part, name = '']) => {
      if (part === 'url') return withoutTokens(withoutParameter(value, parameter));
      const isPartly = part === 'params' || (part === 'query' && name !== parameter);
      return isPartly || (part === 'headers' && !isHeaderOfToken(name)) ? withoutTokens(value) : CENSORED;
    },
  };

  function isHeaderOfToken(name: string): boolean {
    return name === 'set-cookie' || headers.includes(name);
  }
}

/** The value without text that looks like a token, such as in `Referer` or in a parameter of a route. */
function withoutTokens(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(TOKEN, CENSORED);
  return Array.isArray(value) ? value.map(withoutTokens) : value;
}

/** An address without the value of the parameter. */
function withoutParameter(address: unknown, parameter: string): unknown {
  if (typeof address !== 'string') return CENSORED;
  return address.replace(/([?&])([^=&#]*)=([^&#]*)/g, (pair, start: string, name: string) =>
    decoded(name) === parameter ? `${start}${name}=${CENSORED}` : pair,
  );
}

/** Servers also read a name that is percent-encoded. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
