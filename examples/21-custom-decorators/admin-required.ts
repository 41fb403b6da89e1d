import { applyDecorators } from '@nestjs/common';
import { JwtRequired } from 'nestjs-jwt-extended';

/** Requires an access token whose claim `is_administrator` is true. The guard refuses every other token with 403. */
export function AdminRequired() {
  return applyDecorators(JwtRequired({ allow: ({ payload }) => payload.is_administrator === true }));
}
