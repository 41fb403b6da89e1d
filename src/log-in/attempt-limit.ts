import type { Type } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import { OwnLogger } from '../errors/own-logger.js';
import { GUARDS } from '../routes/nest-metadata.js';
import type { Handler } from '../routes/route-rules.js';

/** The names of guards that limit requests, such as `ThrottlerGuard`. */
const LIMITING = /throttl|rate.?limit/i;

/** Warns in production if no guard limits how often a caller can guess a password. */
export function warnOfUnlimitedAttempts(
  controller: Type,
  path: string,
  application: ApplicationConfig | undefined,
): void {
  if (process.env.NODE_ENV !== 'production' || application === undefined) return;
  const logIn = (controller.prototype as { logIn: Handler }).logIn;
  const bound = [
    ...application.getGlobalGuards(),
    ...application.getGlobalRequestGuards().map(({ metatype }) => metatype),
    ...guardsOf(controller),
    ...guardsOf(logIn),
  ];
  if (bound.some(isLimiting)) return;
  new OwnLogger().warn(
    `Nothing limits the attempts to log in at "${path}", so a caller can guess passwords. Install @nestjs/throttler and bind its ` +
      'guard: decorators: [UseGuards(ThrottlerGuard)] of JwtAuthModule. If a proxy limits them, set limitedElsewhere: true.',
  );
}

function guardsOf(target: object): unknown[] {
  return (Reflect.getMetadata(GUARDS, target) ?? []) as unknown[];
}

/** Whether a guard, its class or an ancestor of its class has such a name. */
function isLimiting(guard: unknown): boolean {
  let link: unknown = typeof guard === 'function' ? guard : (guard as object | null)?.constructor;
  while (typeof link === 'function' && link !== Function.prototype) {
    if (LIMITING.test(link.name)) return true;
    link = Object.getPrototypeOf(link);
  }
  return false;
}
