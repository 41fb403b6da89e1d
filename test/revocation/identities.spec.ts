import { jest } from '@jest/globals';
import {
  MemoryRevocationStore,
  TokenService,
  type JwtExtendedOptions,
  type RevocationEvent,
  RevocationEvents,
  JwtExtendedModule,
} from 'nestjs-jwt-extended';
import { Test } from '@nestjs/testing';
import { SECRET } from '../support/forge.js';
import { claimOf } from '../support/session-tokens.js';
import { errorOf } from '../support/token-service.js';

class Account {
  constructor(
    readonly id: number,
    readonly tenant: string,
  ) {}
}

/** A document of an ODM. */
class Document {
  readonly _id = { toString: () => '507f1f77' };
}

const ids = new Map([['alice', '17']]);
const alice = { id: 7, name: 'alice' };

/** An argument of `createTokenPair()`, and the values that name the same user in later calls. */
const SAME: [string, JwtExtendedOptions, unknown, unknown[]][] = [
  ['no userIdentity', {}, 'alice', ['alice']],
  ['numbers, without verifySubject', { verifySubject: false }, 7, [7]],
  ['another claim', { identityClaim: 'user' }, { id: 7 }, [{ id: 7 }]],
  ['userIdentity: String', { userIdentity: String }, 7, [7, '7', 7n]],
  ['String(user.id)', { userIdentity: (user) => String((user as Account).id) }, alice, [alice, { id: 7 }, '7']],
  ['a number as claim', { identityClaim: 'user', userIdentity: (user) => (user as Account).id }, alice, [alice, 7]],
  [
    'a template',
    { userIdentity: (user) => `${(user as Account).tenant}:${(user as Account).id}` },
    new Account(7, 'acme'),
    [new Account(7, 'acme'), 'acme:7'],
  ],
  ['a document', { userIdentity: (user) => String((user as Document)._id.toString()) }, new Document(), ['507f1f77']],
  ['a promise', { userIdentity: (user) => Promise.resolve((user as Account).id.toFixed()) }, alice, [alice, '7']],
  ['a look-up by name', { userIdentity: (name) => ids.get(name as string) }, 'alice', ['alice', '17']],
  ['texts that are converted', { userIdentity: (name) => `user:${String(name)}` }, 'alice', ['alice']],
  [
    'texts that are converted once',
    { userIdentity: (name) => `user:${String(name).replace(/^user:/, '')}` },
    'alice',
    ['alice', 'user:alice'],
  ],
];

/** Values that name no user. */
const UNKNOWN: [string, JwtExtendedOptions, unknown[]][] = [
  ['no userIdentity', {}, [undefined, null, '', 7, NaN, { id: 'alice' }, [], ['alice'], true, 7n, () => 'alice']],
  ['another claim', { identityClaim: 'user' }, [undefined, null, '', NaN, () => 7, Symbol('x'), 7n]],
  ['String(user.id)', { userIdentity: (user) => String((user as Account).id) }, [{}, { name: 'alice' }, [], 7, true]],
  ['String(user?.id)', { userIdentity: (user) => String((user as Account | null)?.id) }, [undefined, null, '']],
  ['user.id', { userIdentity: (user) => (user as Account).id }, [alice, {}, { sub: 'alice' }, 7, undefined]],
  ['userIdentity: String', { userIdentity: String }, [{}, { id: 7 }, null, '']],
];

async function module(options: JwtExtendedOptions) {
  const store = new MemoryRevocationStore();
  const imports = [JwtExtendedModule.forRoot({ secret: SECRET, ...options, revocation: { store } })];
  const built = await Test.createTestingModule({ imports }).compile();
  const events: RevocationEvent[] = [];
  built.get(RevocationEvents).subscribe((event) => events.push(event));
  return { store, events, tokens: built.get(TokenService) };
}

describe.each(SAME)('With %s, a call finds the user by', (_, options, user, names) => {
  it.each(names.map((name) => [name]))('%p', async (name) => {
    const { tokens, events } = await module(options);
    const pair = await tokens.createTokenPair(user);
    const identity = claimOf(pair.accessToken, options.identityClaim ?? 'sub');
    expect(await tokens.listSessions(name)).toHaveLength(1);
    await tokens.revokeAllFor(name);
    expect(events.at(-1)).toEqual({ type: 'all-revoked', identity });
    expect(await tokens.listSessions(name)).toEqual([]);
    await expect(tokens.rotate(pair.refreshToken)).rejects.toMatchObject({ code: 'JWT_REVOKED' });
  });
});

describe.each(UNKNOWN)('With %s, a call throws a TypeError for', (_, options, values) => {
  it.each(values.map((value) => [value]))('%p', async (value) => {
    const { tokens, events, store } = await module(options);
    const calls = jest.spyOn(store, 'listSessions');
    expect(await errorOf(() => tokens.revokeAllFor(value))).toBeInstanceOf(TypeError);
    expect(await errorOf(() => tokens.listSessions(value))).toBeInstanceOf(TypeError);
    expect(calls).not.toHaveBeenCalled();
    expect(events).toEqual([]);
  });
});

it('An error of userIdentity reaches the caller, and no session ends', async () => {
  const failure = new Error('the database is down');
  const { tokens, events } = await module({ userIdentity: () => Promise.reject(failure) });
  for (const user of ['alice', alice]) {
    expect(await errorOf(() => tokens.revokeAllFor(user))).toBe(failure);
    expect(await errorOf(() => tokens.listSessions(user))).toBe(failure);
  }
  expect(events).toEqual([]);
});

it.each([[null], [7], [{ sid: 'x' }]])('revokeAllFor() throws a TypeError if exceptSession is %p', async (sid) => {
  const { tokens, events } = await module({});
  await tokens.createTokenPair('alice');
  events.length = 0;
  const exceptSession = sid as unknown as string;
  expect(await errorOf(() => tokens.revokeAllFor('alice', { exceptSession }))).toBeInstanceOf(TypeError);
  expect(events).toEqual([]);
});
