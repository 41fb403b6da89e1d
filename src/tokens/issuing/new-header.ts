import type { Settings } from '../../options/settings.js';
import { ownValue } from '../../types/claims.js';
import { copyOfObject } from './json-copy.js';
import type { NewToken } from './new-token.js';

/** Parameters that determine the signature and the format of a token. Only the library sets them. */
const OWN_PARAMETERS = ['alg', 'crit'];

/** The header of a token without additional parameters. */
const PLAIN = Object.freeze({ typ: 'JWT' });

/** The header of a new token without `alg`. It omits an empty `typ` and the default `b64`. */
export async function newHeader(token: NewToken, settings: Settings): Promise<Readonly<Record<string, unknown>>> {
  const { additionalHeaders } = settings.callbacks;
  if (additionalHeaders === undefined && token.headers === undefined) return PLAIN;
  const further = parameters(await additionalHeaders?.(token.identity), 'additionalHeaders');
  const header: Record<string, unknown> = { typ: 'JWT', ...further, ...parameters(token.headers, 'headers') };
  const own = OWN_PARAMETERS.find((name) => Object.hasOwn(header, name));
  if (own !== undefined) throw new TypeError(`The header parameter "${own}" of a new token cannot be set by hand.`);
  const [kid, b64] = [ownValue(header, 'kid'), ownValue(header, 'b64')];
  if (kid !== undefined && typeof kid !== 'string') {
    throw new TypeError('The header parameter "kid" of a new token must be a string (RFC 7515 s.4.1.4).');
  }
  if (b64 !== undefined && b64 !== true) {
    throw new TypeError('The header parameter "b64" (RFC 7797) is not supported.');
  }
  delete header.b64;
  if (!header.typ) delete header.typ;
  return header;
}

/** `null` and `undefined` are no parameters. */
function parameters(value: unknown, name: string): Record<string, unknown> {
  return value === undefined || value === null ? {} : copyOfObject(value, name);
}
