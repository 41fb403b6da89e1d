import { randomBytes } from 'node:crypto';
import type { Settings } from '../options/settings.js';
import type { TokenType } from '../types/claims.js';

/** A token, in the forms in which clients send it. */
export interface TestToken {
  /** The token itself. */
  readonly token: string;
  /** For supertest, `fetch` and `app.inject()`: the header of the token, or the cookies and the double submit value. */
  readonly headers: Readonly<Record<string, string>>;
  /** The cookies by name, for `app.inject()` and browsers. */
  readonly cookies: Readonly<Record<string, string>>;
  /** For a client of graphql-ws. */
  readonly connectionParams: Readonly<Record<string, string>>;
  /** For `io(url, { auth })` of socket.io. */
  readonly auth: Readonly<Record<'token', string>>;
}

/**
 * The forms of a token. `inCookies` chooses between the header and the cookies.
 *
 * @internal
 */
export function formsOf(token: string, kind: TokenType, settings: Settings, inCookies: boolean): TestToken {
  const { header, cookies: names, csrf } = settings;
  const value = header.type === '' ? token : `${header.type} ${token}`;
  const submitted = csrf === null ? undefined : csrfClaimOf(token);
  const cookies: Record<string, string> = { [names[kind].name]: token };
  if (csrf !== null && submitted !== undefined) cookies[csrf[kind].cookieName] = submitted;
  const fields: Record<string, string> = { [header.field]: value };
  if (inCookies) {
    delete fields[header.field];
    fields.cookie = Object.entries(cookies)
      .map(([name, each]) => `${name}=${each}`)
      .join('; ');
    if (csrf !== null && submitted !== undefined) fields[csrf[kind].headerName.toLowerCase()] = submitted;
  }
  const frozen = { headers: Object.freeze(fields), cookies: Object.freeze(cookies) };
  const elsewhere = { connectionParams: Object.freeze({ authorization: value }), auth: Object.freeze({ token }) };
  return Object.freeze({ token, ...frozen, ...elsewhere });
}

/** The claim `csrf`, read without verification, because a bad token has it too. `undefined` if the token cannot be read. */
function csrfClaimOf(token: string): string | undefined {
  const [, payload = ''] = token.split('.');
  try {
    return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { csrf?: string }).csrf;
  } catch {
    return undefined;
  }
}

/**
 * The token with a wrong signature of the same length.
 *
 * @internal
 */
export function withOtherSignature(token: string): string {
  const end = token.lastIndexOf('.') + 1;
  const { length } = Buffer.from(token.slice(end), 'base64url');
  return token.slice(0, end) + randomBytes(length).toString('base64url');
}
