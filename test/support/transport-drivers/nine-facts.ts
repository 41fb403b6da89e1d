import type { JwtExtendedOptions } from 'nestjs-jwt-extended';
import { forge, nowInSeconds, OTHER_SECRET } from '../forge.js';
import { describeWithProgram } from '../programs.js';
import type { CallAnswer, HandlerName, RunningTransport, TransportDriver } from './driver.js';

/** One kind of token, a handler that is called with it, and the answer on every transport. */
interface Fact {
  readonly name: string;
  readonly handler: HandlerName;
  readonly token: () => string | null;
  readonly answer: CallAnswer;
}

const REVOKED = 'a-revoked-id';

/** The options of the application for the facts. */
export const FACT_OPTIONS: JwtExtendedOptions = { isTokenRevoked: ({ jti }) => jti === REVOKED };

/** What the guard decides about each kind of token. The codes and messages are those of HTTP. */
export const NINE_FACTS: readonly Fact[] = [
  { name: 'good', handler: 'plain', token: () => forge(), answer: { ok: 'alice' } },
  {
    name: 'missing',
    handler: 'plain',
    token: () => null,
    answer: { code: 'JWT_MISSING', message: 'Missing Authorization Header' },
  },
  {
    name: 'expired',
    handler: 'plain',
    token: () => forge({ exp: nowInSeconds() - 60 }),
    answer: { code: 'JWT_EXPIRED', message: 'Token has expired' },
  },
  {
    name: 'stale',
    handler: 'fresh',
    token: () => forge(),
    answer: { code: 'JWT_NOT_FRESH', message: 'Fresh token required' },
  },
  {
    name: 'wrong type',
    handler: 'refresh',
    token: () => forge(),
    answer: { code: 'JWT_WRONG_TYPE', message: 'Only refresh tokens are allowed' },
  },
  {
    name: 'revoked',
    handler: 'plain',
    token: () => forge({ jti: REVOKED }),
    answer: { code: 'JWT_REVOKED', message: 'Token has been revoked' },
  },
  {
    name: 'forged',
    handler: 'plain',
    token: () => forge({}, { secret: OTHER_SECRET }),
    answer: { code: 'JWT_INVALID', message: 'Signature verification failed' },
  },
  {
    name: 'insufficient scope',
    handler: 'scoped',
    token: () => forge({ scope: 'orders:read' }),
    answer: { code: 'JWT_INSUFFICIENT_SCOPE', message: 'Insufficient scope' },
  },
  { name: 'optional without token', handler: 'optional', token: () => null, answer: { ok: null } },
];

/** Tests the facts on a transport. `more` describes further tests with the same running application. */
export function describeNineFacts(
  driver: TransportDriver,
  more?: (running: () => RunningTransport) => void,
  options: JwtExtendedOptions = {},
): void {
  const body = () => {
    let running: RunningTransport | undefined;
    beforeAll(async () => {
      running = await driver.start({ ...FACT_OPTIONS, ...options });
    });
    afterAll(() => running?.close());

    it.each(NINE_FACTS)('answers as over HTTP: $name', async ({ handler, token, answer }) => {
      expect(await running?.call(handler, token())).toEqual(answer);
    });

    more?.(() => running as RunningTransport);
  };
  if (driver.program === undefined) describe(driver.name, body);
  else describeWithProgram(driver.program, driver.name, body);
}
