import { Controller, Get, HttpException } from '@nestjs/common';
import { JwtRequired } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { base64url, forge, nowInSeconds, OTHER_SECRET, SECRET } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired({ fresh: true })
  @Get()
  fresh() {}
}

const later = nowInSeconds() + 3600;

/** Everything wrong with the claims, each fault in the order it is looked for. */
const FAULTS: [fault: string, claims: object, status: number, message: string][] = [
  ['made in the future', { iat: later }, 422, 'The token is not yet valid (iat)'],
  ['not valid yet', { nbf: later }, 422, 'The token is not yet valid (nbf)'],
  ['no time of expiry', { exp: 'soon' }, 422, 'Expiration Time claim (exp) must be an integer.'],
  ['wrong issuer', { iss: 'them' }, 422, 'Invalid issuer'],
  ['wrong audience', { aud: 'them' }, 422, "Audience doesn't match"],
  ['subject no string', { sub: 1 }, 422, 'Subject must be a string'],
  ['id no string', { jti: 1 }, 422, 'JWT ID must be a string'],
  ['no identity', { user: undefined }, 422, 'Missing claim: user'],
  ['required claim missing', { tenant: undefined }, 422, 'Missing claim: tenant'],
  ['expired', { exp: 1 }, 401, 'Token has expired'],
  ['wrong type', { type: 'refresh' }, 422, 'Only non-refresh tokens are allowed'],
  ['stale', { fresh: false }, 401, 'Fresh token required'],
  ['revoked', { revoked: true }, 401, 'Token has been revoked'],
  ['banned', { banned: true }, 400, 'User claims verification failed'],
  ['nobody', { user: 'bob' }, 401, 'Error loading the user bob'],
];

const GOOD = { user: 'alice', tenant: 'acme', fresh: true, iss: 'us', aud: 'us' };

describe.each(ADAPTERS)('the order of checks on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    options: {
      identityClaim: 'user',
      requiredClaims: ['tenant'],
      issuer: 'us',
      audience: 'us',
      decodeKey: (_header, { noKey }) => {
        if (noKey === true) throw new HttpException('no such key', 404);
        return SECRET;
      },
      isTokenRevoked: ({ revoked }) => revoked === true,
      verifyToken: ({ banned }) => banned !== true,
      userLookup: ({ user }) => (user === 'alice' ? 'Alice' : null),
    },
    controllers: [RoutesController],
  });

  it('accepts a token without a fault', async () => {
    expect(await app.get('/', forge(GOOD))).toMatchObject({ status: 200 });
  });

  it.each(FAULTS.map((fault, index) => [...fault, index] as const))(
    'finds the fault "%s" before each later fault',
    async (_fault, claims, status, msg, index) => {
      const following = FAULTS.slice(index + 1).map(([, later]) => later);
      const all = Object.assign({}, ...[...following].reverse()) as object;
      const refused = { status, body: { msg } };
      expect(await app.get('/', forge({ ...GOOD, ...claims }))).toEqual(refused);
      for (const other of [...following, all]) {
        expect(await app.get('/', forge({ ...GOOD, ...other, ...claims }))).toEqual(refused);
      }
    },
  );

  it('is form, key, algorithm, signature, claims', async () => {
    const worst = { ...GOOD, exp: 1, iss: 'them', noKey: true };
    const refusal = async (token: string) => {
      const { status, body } = await app.get('/', token);
      return [status, (body as { msg?: string; message?: string }).msg ?? (body as { message?: string }).message];
    };
    const [, payload] = forge(worst).split('.');
    expect(await refusal(`${base64url('{"alg":"none"}')}.${payload}.=`)).toEqual([422, 'Invalid crypto padding']);
    expect(await refusal(`${base64url('{"alg":"none"}')}.${payload}.`)).toEqual([404, 'no such key']);
    const [, known] = forge({ ...worst, noKey: false }).split('.');
    const unknown = `${base64url('{"alg":"none"}')}.${known}.`;
    expect(await refusal(unknown)).toEqual([422, 'The specified alg value is not allowed']);
    const forged = forge({ ...worst, noKey: false }, { secret: OTHER_SECRET });
    expect(await refusal(forged)).toEqual([422, 'Signature verification failed']);
  });

  it('begins with the search for a token', async () => {
    expect(await app.get('/')).toMatchObject({ status: 401, body: { msg: 'Missing Authorization Header' } });
  });
});
