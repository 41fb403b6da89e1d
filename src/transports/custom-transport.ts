import type { ArgumentsHost } from '@nestjs/common';
import type { JwtExtendedException } from '../errors/jwt-extended.exception.js';
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
    const accepted: unknown = this.custom.accepts(context);
    if (typeof accepted === 'boolean') return accepted;
    return this.fail('accepts()', 'must return true or false at once');
  }

  requestOf(context: ArgumentsHost): HttpRequest {
    const request: unknown = this.custom.requestOf(context);
    if (isObject(request) && isObject((request as Partial<HttpRequest>).headers)) return request as HttpRequest;
    return this.fail('requestOf()', 'must return an object with headers, { headers: {} } at least');
  }

  keyOf(context: ArgumentsHost): object {
    const key: unknown = this.custom.keyOf(context);
    if (isObject(key)) return key;
    return this.fail('keyOf()', 'must return an object that belongs to this call or connection alone');
  }

  lifetimeOf(context: ArgumentsHost): KeyLifetime {
    return this.has('lifetimeOf') && this.custom.lifetimeOf?.(context) === 'call' ? 'call' : 'connection';
  }

  tokenOf(context: ArgumentsHost): string | null {
    const token: unknown = (this.has('tokenOf') ? this.custom.tokenOf?.(context) : null) ?? null;
    if (token === null || typeof token === 'string') return token;
    return this.fail('tokenOf()', 'must return a string, or null without a token');
  }

  refuse(error: JwtExtendedException, context: ArgumentsHost): unknown {
    return (this.has('refuse') ? this.custom.refuse?.(error, context) : null) ?? error;
  }

  private has(method: keyof JwtTransport): boolean {
    return isMember(this.custom, method);
  }

  private fail(method: string, rule: string): never {
    throw new TypeError(`${method} of ${this.name} of JwtExtendedModule ${rule}.`);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
