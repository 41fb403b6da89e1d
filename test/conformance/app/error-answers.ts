import type { JwtExtendedException, JwtExtendedOptions } from 'nestjs-jwt-extended';
import { noteCallback } from './trace.js';

type ErrorResponses = NonNullable<JwtExtendedOptions['errorResponses']>;

/** The error callbacks. They answer with their own status, and with their arguments in the body. */
const WITH_TOKEN = {
  expired: ['expiredToken', 418],
  needs_fresh: ['needsFreshToken', 428],
  revoked: ['revokedToken', 410],
  user_lookup_error: ['userLookupError', 404],
  token_verification_failed: ['tokenVerificationFailed', 451],
} as const satisfies Record<string, [keyof ErrorResponses, number]>;

const WITH_REASON = {
  invalid: ['invalidToken', 400],
  unauthorized: ['unauthorized', 403],
} as const satisfies Record<string, [keyof ErrorResponses, number]>;

const withToken = ({ header, payload }: JwtExtendedException) => ({ header, payload });
const withReason = ({ message }: JwtExtendedException) => ({ reason: message });

const ANSWERS = new Map(
  [
    ...Object.entries(WITH_TOKEN).map(([loader, entry]) => ({ loader, entry, bodyOf: withToken })),
    ...Object.entries(WITH_REASON).map(([loader, entry]) => ({ loader, entry, bodyOf: withReason })),
  ].map((answer) => [answer.loader, answer]),
);

/** Whether the callback of a scenario answers an error. */
export const isErrorAnswer = (name: string): boolean => ANSWERS.has(name);

/** The `errorResponses` for the callbacks of a scenario. */
export function errorAnswers(names: readonly string[]): ErrorResponses {
  const responses: ErrorResponses = {};
  for (const name of names) {
    const answer = ANSWERS.get(name);
    if (!answer) continue;
    const { loader, bodyOf } = answer;
    const [option, status] = answer.entry;
    responses[option] = (error) => {
      noteCallback(loader);
      return { status, body: { loader, ...bodyOf(error) } };
    };
  }
  return responses;
}
