import type { ExecutionContext, Type } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Test } from '@nestjs/testing';
import {
  getJwtContext,
  JwtAuthenticator,
  JwtExtendedModule,
  JwtGuard,
  JwtRequired,
  Public,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { forge, SECRET } from '../support/forge.js';
import { errorOf } from '../support/token-service.js';

class ChatGateway {
  @JwtRequired()
  required() {}

  @JwtRequired({ optional: true })
  optional() {}

  @Public()
  public() {}

  undecorated() {}
}

@JwtRequired()
class ProtectedGateway extends ChatGateway {}

const HANDSHAKE = { headers: { authorization: `Bearer ${forge()}` }, method: 'GET' };

function contextOf(type: string, host: Type<ChatGateway>, handler: keyof ChatGateway): ExecutionContext {
  const client = { ...HANDSHAKE, handshake: HANDSHAKE };
  const context = new ExecutionContextHost([client, {}, client], host, host.prototype[handler] as () => void);
  context.setType(type);
  return context;
}

async function providerOf<T>(type: Type<T>, options: JwtExtendedOptions = {}): Promise<T> {
  const imports = [JwtExtendedModule.forRoot({ secret: SECRET, ...options })];
  return (await Test.createTestingModule({ imports }).compile()).get(type);
}

describe.each(['queue', 'something-else'])('the guard in a context of type %s', (type) => {
  it.each([
    [ChatGateway, 'required'],
    [ChatGateway, 'optional'],
    [ProtectedGateway, 'undecorated'],
  ] as const)('refuses a requirement, even with a token: %p.%s', async (host, handler) => {
    const guard = await providerOf(JwtGuard);
    const context = contextOf(type, host, handler);
    const error = await errorOf(() => guard.canActivate(context));
    expect(error?.message).toContain(`${host.name}.${handler} requires a token`);
    expect(error?.message).toContain(`"${type}"`);
    expect(() => getJwtContext(context)).toThrow('JwtGuard has not checked its token yet');
  });

  it('refuses an undecorated handler with requireByDefault', async () => {
    const guard = await providerOf(JwtGuard, { requireByDefault: true });
    expect(await errorOf(() => guard.canActivate(contextOf(type, ChatGateway, 'undecorated')))).toBeInstanceOf(Error);
  });

  it('accepts a handler without a requirement', async () => {
    const guard = await providerOf(JwtGuard);
    expect(guard.canActivate(contextOf(type, ChatGateway, 'undecorated'))).toBe(true);
    expect(guard.canActivate(contextOf(type, ProtectedGateway, 'public'))).toBe(true);
  });

  it('refuses as JwtAuthenticator does', async () => {
    const authenticator = await providerOf(JwtAuthenticator);
    for (const handler of ['required', 'undecorated', 'public'] as const) {
      await expect(authenticator.authenticate(contextOf(type, ChatGateway, handler))).rejects.toThrow(Error);
      await expect(
        authenticator.authenticate(contextOf(type, ChatGateway, handler), { optional: true }),
      ).rejects.toThrow();
    }
  });
});

describe('the guard in a GraphQL context without a request', () => {
  const context = (handler: keyof ChatGateway, ...args: unknown[]) => {
    const host = new ExecutionContextHost(args, ChatGateway, ChatGateway.prototype[handler]);
    host.setType('graphql');
    return host;
  };
  const CONTEXTS = [
    [{}, {}, { user: 'alice' }, {}],
    [{}, {}, undefined, {}],
    [{}, {}, 'text', {}],
    [{}, { a: 1 }, {}],
    [],
  ];

  it.each(CONTEXTS)('refuses a requirement and says what to return: %j %j %j', async (...args) => {
    const guard = await providerOf(JwtGuard);
    const error = await errorOf(() => guard.canActivate(context('required', ...args)));
    expect(error?.message).toMatch(/^The GraphQL context has no request/);
  });

  it.each(CONTEXTS)('accepts a handler without a requirement: %j %j %j', async (...args) => {
    const guard = await providerOf(JwtGuard);
    expect(guard.canActivate(context('undecorated', ...args))).toBe(true);
    expect(getJwtContext(context('undecorated', ...args))).toBeNull();
  });
});

describe('the guard over HTTP', () => {
  it('returns true without a promise if no callback returns a promise', async () => {
    const guard = await providerOf(JwtGuard);
    expect(guard.canActivate(contextOf('http', ChatGateway, 'required'))).toBe(true);
  });

  it('returns a promise if a callback returns a promise', async () => {
    const guard = await providerOf(JwtGuard, { isTokenRevoked: async () => false });
    const answer = guard.canActivate(contextOf('http', ChatGateway, 'required'));
    expect(answer).toBeInstanceOf(Promise);
    await expect(answer).resolves.toBe(true);
  });
});
