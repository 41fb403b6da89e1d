import type { ArgumentsHost } from '@nestjs/common';
import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
import { isPromise } from '../types/awaitable.js';
import type { HttpRequest } from '../types/http.js';
import { isMember } from '../types/members.js';
import type { JwtTransport, KeyLifetime, Transport } from './transport.js';

/** A transport of the option `transports`. Checks its results, because a wrong one must never open a route. */
export class CustomTransport implements Transport {
  /** `name` is its name in messages, such as `transports[0]`. */
  constructor(
    private readonly custom: JwtTransport,
    private readonly name: string,
  ) {}

  accepts(context: ArgumentsHost): boolean {
    const accepted = handled(this.custom.accepts(context));
    if (typeof accepted === 'boolean') return accepted;
    return this.fail('accepts()', 'must return true or false at once');
  }

  requestOf(context: ArgumentsHost): HttpRequest {
    const request = handled(this.custom.requestOf(context));
    if (isObject(request) && isObject((request as Partial<HttpRequest>).headers)) return request as HttpRequest;
    return this.fail('requestOf()', 'must return an object with headers, { headers: {} } at least');
  }

  keyOf(context: ArgumentsHost): object {
    const key = handled(this.custom.keyOf(context));
    if (isObject(key) && !isPromise(key)) return key;
    return this.fail('keyOf()', 'must return an object that belongs to this call or connection alone');
  }

  lifetimeOf(context: ArgumentsHost): KeyLifetime {
    const lifetime = this.has('lifetimeOf') ? handled(this.custom.lifetimeOf?.(context)) : null;
    return lifetime === 'call' ? 'call' : 'connection';
  }

  tokenOf(context: ArgumentsHost): string | null {
    const token = (this.has('tokenOf') ? handled(this.custom.tokenOf?.(context)) : null) ?? null;
    if (token === null || typeof token === 'string') return token;
    return this.fail('tokenOf()', 'must return a string, or null without a token');
  }

  refuse(error: JwtExtendedException, context: ArgumentsHost): unknown {
    const refusal = (this.has('refuse') ? handled(this.custom.refuse?.(error, context)) : null) ?? error;
    return isPromise(refusal) ? this.fail('refuse()', 'must return an error at once') : refusal;
  }

  private has(method: keyof JwtTransport): boolean {
    return isMember(this.custom, method);
  }

  private fail(method: string, rule: string): never {
    throw new TypeError(`${method} of ${this.name} of JwtExtendedModule ${rule}.`);
  }
}

/** The guard does not wait for a transport. If a promise rejects and nothing handles it, Node ends the process. */
export function handled(value: unknown): unknown {
  if (isPromise(value)) Promise.resolve(value).catch(() => undefined);
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
