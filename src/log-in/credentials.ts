import { HttpException } from '@nestjs/common';
import { MalformedCredentialsException } from '../errors/exceptions.js';
import { OwnLogger } from '../errors/own-logger.js';
import { ownValue } from '../types/claims.js';
import { headerValue, type HttpRequest } from '../types/http.js';
import { isWellFormed } from '../types/well-formed.js';
import type { Credentials } from './log-in-options.js';
import type { LogInSettings } from './log-in-settings.js';

/** The longest name or password, in characters. A function that hashes passwords takes longer for a long text. */
const LONGEST = 4096;

/** Reads the credentials of a request. */
export class CredentialsReader {
  private hasWarned = false;

  constructor(private readonly settings: LogInSettings) {}

  /** @throws MalformedCredentialsException if the request has none. */
  async read(request: HttpRequest): Promise<Credentials> {
    const { credentials, usernameKey, passwordKey } = this.settings;
    const [username, password] = credentials
      ? await this.ask(credentials, request)
      : membersOf(jsonBody(request), usernameKey, passwordKey);
    if (isText(username) && isText(password)) return { username, password };
    throw new MalformedCredentialsException(
      credentials ? undefined : `The JSON body needs the texts "${usernameKey}" and "${passwordKey}"`,
    );
  }

  /** The callback reads what an anonymous caller has sent, so its errors are faults of the request. */
  private async ask(
    credentials: NonNullable<LogInSettings['credentials']>,
    request: HttpRequest,
  ): Promise<readonly unknown[]> {
    try {
      return membersOf(await credentials(request), 'username', 'password');
    } catch (error) {
      if (error instanceof HttpException) throw error;
      this.warn(error);
      throw new MalformedCredentialsException();
    }
  }

  /** Once, because a caller can cause it with each request. The message of the error can contain a password. */
  private warn(error: unknown): void {
    if (this.hasWarned) return;
    this.hasWarned = true;
    const name = error instanceof Error ? error.name : typeof error;
    new OwnLogger().warn(`JwtAuthModule: credentials() threw a ${name} for a request, which was answered 400.`);
  }
}

/**
 * The body of a JSON request. A browser sends JSON to another site only with the permission of that site (CORS). It sends forms
 * without it, so another site could log its visitors in as a user of its own.
 */
export function jsonBody(request: HttpRequest): unknown {
  const mediaType = headerValue(request, 'content-type').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return /^application\/(?:[^\s;,]+\+)?json$/.test(mediaType) ? request.body : undefined;
}

function membersOf(value: unknown, ...names: readonly string[]): readonly unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return names.map((name) => ownValue(value, name));
}

/** Databases refuse U+0000 and half of a surrogate pair, and bcrypt stops reading at U+0000. */
function isText(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > LONGEST) return false;
  return !value.includes('\0') && isWellFormed(value);
}
