import { isIPv6 } from 'node:net';
import type { ExecutionContext } from '@nestjs/common';
import { getJwtContext } from './context/jwt-context.js';
import type { JwtContext } from './types/jwt-context.js';
import { signedPayloadOf } from './types/verified-payload.js';

/** The properties of a request with the address of the caller: of Express and Fastify, else of Node. */
interface AddressedRequest {
  readonly ip?: string | undefined;
  readonly socket?: { readonly remoteAddress?: string | undefined } | undefined;
}

/**
 * Identifies callers for `@nestjs/throttler`: by the user of a verified token, else by address. Text of a token that the guard
 * has not verified never counts, because a caller could invent a new user for each request. IPv6 addresses of one /64 network
 * count as one caller, because one customer of a provider has them all.
 *
 * @param context without it, the last result of the guard for the request counts
 * @throws Error where the route requires a token and the throttler runs before `JwtGuard`
 * @example
 * ThrottlerModule.forRoot({ throttlers: [{ limit: 100, ttl: minutes(1) }], getTracker: jwtTracker });
 */
export function jwtTracker(request: object, context?: ExecutionContext): string {
  const user = userOf(getJwtContext(context ?? request));
  return user === null ? `address:${addressOf(request)}` : `user:${user}`;
}

/** The issuer and the identity; two issuers can have users with one identity. */
function userOf(found: JwtContext | null): string | null {
  if (found === null) return null;
  const identity = found.identity ?? found.payload.sub ?? null;
  return identity === null ? null : JSON.stringify([signedPayloadOf(found.payload).iss ?? null, identity]);
}

function addressOf(request: AddressedRequest): string {
  const address = request.ip ?? request.socket?.remoteAddress ?? 'unknown';
  // The zone of a link-local address is the name of a network card of this machine.
  const withoutZone = address.split('%', 1)[0] as string;
  return isIPv6(withoutZone) ? networkOf(withoutZone) : address;
}

/** The /64 network of an IPv6 address. An IPv4 address in its IPv6 form is itself. */
function networkOf(address: string): string {
  // A URL writes an address in the form of RFC 5952, without dots.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [left = [], right = []] = canonical.split('::').map((side) => side.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  const groups = [...left, ...zeros, ...right];
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff') return groups.slice(6).flatMap(bytesOf).join('.');
  return `${groups.slice(0, 4).join(':')}::/64`;
}

function bytesOf(group: string): number[] {
  const value = parseInt(group, 16);
  return [value >> 8, value & 0xff];
}
