import { Controller, Get } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Test } from '@nestjs/testing';
import {
  ExpiredTokenException,
  getJwtContext,
  InvalidTokenException,
  JwtAuthenticator,
  JwtExtendedModule,
  JwtRequired,
  MemoryRevocationStore,
  setJwtContext,
  TokenService,
  type JwtContext,
  type TokenPair,
  type TokenReference,
} from 'nestjs-jwt-extended';
import { forge, OTHER_SECRET, readToken, SECRET } from '../support/forge.js';
import { errorOf } from '../support/token-service.js';

@Controller()
class CatsController {
  @Get()
  @JwtRequired()
  find(): string {
    return 'cats';
  }
}

const MESSAGE =
  'This is no reference to a token that this process verified. Pass the token itself, the payload from @Jwt(), the ' +
  'context from getJwtContext() or the result of TokenService.verify(), and no copy of them. For the option ' +
  '"session" also a sid.';

let tokens: TokenService;
let authenticator: JwtAuthenticator;

beforeEach(async () => {
  const module = await Test.createTestingModule({
    imports: [JwtExtendedModule.forRoot({ secret: SECRET, revocation: { store: new MemoryRevocationStore() } })],
    controllers: [CatsController],
  }).compile();
  [tokens, authenticator] = [module.get(TokenService), module.get(JwtAuthenticator)];
});

function requestWith(authorization: string): ExecutionContextHost {
  const request = { method: 'GET', url: '/', headers: { authorization } };
  const context = new ExecutionContextHost([request, {}], CatsController, CatsController.prototype.find);
  context.setType('http');
  return context;
}

async function contextOf(token: string): Promise<JwtContext> {
  const context = requestWith(`Bearer ${token}`);
  await authenticator.authenticate(context, { verifyType: false });
  return getJwtContext(context) as JwtContext;
}

/** The context that a test sets, with the claims of a token. */
function contextOfTest(token: string): JwtContext {
  const context = requestWith('');
  setJwtContext(context, { payload: readToken(token).claims });
  return getJwtContext(context) as JwtContext;
}

const KINDS: [string, (token: string) => unknown][] = [
  ['the token itself', (token) => token],
  ['the result of verify()', (token) => tokens.verify(token)],
  ['a verified payload', async (token) => (await tokens.verify(token)).payload],
  ['the context of a request', contextOf],
  ['the payload of the context', async (token) => (await contextOf(token)).payload],
  ['a copy of the context with the same payload', async (token) => ({ ...(await contextOf(token)) })],
  ['the context that a test set', contextOfTest],
  ['the payload of the context that a test set', (token) => contextOfTest(token).payload],
];

describe.each(KINDS)('%s', (_, makeReference) => {
  let pair: TokenPair;
  const referenceTo = async (token: string) => (await makeReference(token)) as TokenReference;

  beforeEach(async () => {
    pair = await tokens.createTokenPair('alice');
  });

  it('can be rotated', async () => {
    const next = await tokens.rotate(await referenceTo(pair.refreshToken));
    expect(readToken(next.refreshToken).claims.sid).toBe(readToken(pair.refreshToken).claims.sid);
    expect(await tokens.listSessions('alice')).toHaveLength(1);
  });

  it('can be revoked', async () => {
    await tokens.revoke(await referenceTo(pair.refreshToken));
    expect(await tokens.listSessions('alice')).toEqual([]);
  });

  it('sets the session of a new access token and of a new refresh token', async () => {
    const { sid } = readToken(pair.accessToken).claims;
    const session = await referenceTo(pair.accessToken);
    expect(readToken(await tokens.createAccessToken('alice', { session })).claims.sid).toBe(sid);
    expect(readToken(await tokens.createRefreshToken('alice', { session })).claims.sid).toBe(sid);
    expect(await tokens.listSessions('alice')).toHaveLength(1);
  });

  it('causes a TypeError for a session if its token has no session', async () => {
    const session = await referenceTo(forge({ sub: 'alice' }));
    const error = await errorOf(() => tokens.createAccessToken('alice', { session }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toContain('belongs to no session');
  });
});

const USES: [string, (reference: TokenReference) => Promise<unknown>][] = [
  ['rotate()', (reference) => tokens.rotate(reference)],
  ['revoke()', (reference) => tokens.revoke(reference)],
  ['createAccessToken({ session })', (session) => tokens.createAccessToken('alice', { session })],
  ['createRefreshToken({ session })', (session) => tokens.createRefreshToken('alice', { session })],
];

describe.each(USES)('%s', (_, use) => {
  it.each<[string, (token: string) => unknown]>([
    ['a copy of a verified payload', async (token) => ({ ...(await tokens.verify(token)).payload })],
    ['claims that were only read', (token) => tokens.decodeUnverified(token)],
    ['the payload of claims that were only read', (token) => tokens.decodeUnverified(token).payload],
    ['a context with other claims', async (token) => ({ ...(await contextOf(token)), payload: { sub: 'alice' } })],
    ['claims with a verified payload inside', async (token) => ({ a: (await tokens.verify(token)).payload })],
    ['null', () => null],
    ['a number', () => 7],
    ['an empty object', () => ({})],
  ])('refuses %s with the same TypeError', async (_what, make) => {
    const { refreshToken } = await tokens.createTokenPair('alice');
    const reference = (await make(refreshToken)) as TokenReference;
    expect(await errorOf(() => use(reference))).toEqual(new TypeError(MESSAGE));
    expect(await tokens.listSessions('alice')).toHaveLength(1);
  });

  it('refuses a forged token with an InvalidTokenException', async () => {
    const forged = forge({ type: 'refresh' }, { secret: OTHER_SECRET });
    expect(await errorOf(() => use(forged))).toEqual(new InvalidTokenException('Signature verification failed'));
  });
});

it('an expired token cannot set the session of a new token', async () => {
  const { accessToken } = await tokens.createTokenPair('alice');
  const expired = forge({ sub: 'alice', exp: 1, sid: readToken(accessToken).claims.sid });
  expect(await errorOf(() => tokens.createAccessToken('alice', { session: expired }))).toBeInstanceOf(
    ExpiredTokenException,
  );
});

it('a sid sets the session of a new token', async () => {
  const { accessToken } = await tokens.createTokenPair('alice');
  const sid = readToken(accessToken).claims.sid as string;
  expect(readToken(await tokens.createAccessToken('alice', { session: sid })).claims.sid).toBe(sid);
});

it('a claim with the name "payload" is no reference to another token', async () => {
  const { refreshToken } = await tokens.createTokenPair('alice');
  const { payload } = await tokens.verify(refreshToken);
  const outer = (await tokens.verify(forge({ sub: 'bob', jti: 'of bob', payload: { ...payload } }))).payload;
  await tokens.revoke(outer);
  expect(await tokens.listSessions('alice')).toHaveLength(1);
});
