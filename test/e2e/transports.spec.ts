import {
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import {
  CurrentUser,
  getJwtContext,
  JwtIdentity,
  JwtRequired,
  setJwtContext,
  type JwtExtendedOptions,
  type JwtTransport,
} from 'nestjs-jwt-extended';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { map } from 'rxjs';
import { forge } from '../support/forge.js';
import { Queue, queueTransport, type Consumer, type Message } from '../support/queue.js';
import { errorOf } from '../support/token-service.js';

@Injectable()
class ContextInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler) {
    return next
      .handle()
      .pipe(map((answer: object) => ({ ...answer, interceptor: getJwtContext(context)?.payload.sub })));
  }
}

@UseInterceptors(ContextInterceptor)
@Injectable()
class OrderHandlers {
  @JwtRequired()
  required(@JwtIdentity() identity: unknown, @CurrentUser() user: unknown) {
    return { identity, user };
  }

  @JwtRequired({ optional: true })
  optional(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @JwtRequired({ fresh: true })
  fresh(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  @JwtRequired({ locations: 'headers' })
  byHeader(@JwtIdentity() identity: unknown) {
    return { identity };
  }

  open() {
    return { open: true };
  }

  careless(@JwtIdentity() identity: unknown) {
    return { identity };
  }
}

@UseInterceptors(ContextInterceptor)
@Injectable()
class CarelessHandlers {
  careless(@JwtIdentity() identity: unknown) {
    return { identity };
  }
}

const messageWith = (token?: string, data?: unknown): Message => ({
  headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  data,
});
const userLookup = ({ sub }: { sub?: string }) => ({ name: sub });

let queue: Queue | undefined;
afterEach(async () => {
  await queue?.close();
  queue = undefined;
});

/** An application with this transport. */
async function start(transport: Partial<JwtTransport> = {}, options: JwtExtendedOptions = {}, type?: string) {
  const transports = [{ ...queueTransport, ...transport }];
  queue = await Queue.start(OrderHandlers, { userLookup, transports, ...options }, type);
  return queue;
}

const deliver = (method: string, message: Message, consumer?: Consumer) => queue?.deliver(method, message, consumer);
const refusalOf = (method: string, message: Message) => errorOf(() => deliver(method, message));

describe('a transport of the option transports', () => {
  it('accepts a valid token, and decorators and interceptors read its context', async () => {
    await start();
    expect(await deliver('required', messageWith(forge()))).toEqual({
      identity: 'alice',
      user: { name: 'alice' },
      interceptor: 'alice',
    });
    expect(await deliver('optional', messageWith())).toEqual({ identity: null, interceptor: undefined });
    expect(await deliver('optional', messageWith(forge()))).toMatchObject({ identity: 'alice' });
    expect(await deliver('open', messageWith())).toMatchObject({ open: true });
  });

  it.each([
    ['no token', 'required', undefined, 'JWT_MISSING'],
    ['no JWT', 'required', 'garbage', 'JWT_INVALID'],
    ['no JWT where it is optional', 'optional', 'garbage', 'JWT_INVALID'],
    ['an expired token', 'required', forge({ exp: 1 }), 'JWT_EXPIRED'],
    ['a refresh token', 'required', forge({ type: 'refresh' }), 'JWT_WRONG_TYPE'],
    ['a token that is not fresh', 'fresh', forge(), 'JWT_NOT_FRESH'],
  ])('refuses %s with the exception of HTTP', async (_what, method, token, code) => {
    await start();
    expect(await refusalOf(method, messageWith(token))).toMatchObject({ code });
  });

  it('receives the final exception, and returns the error that the guard throws', async () => {
    const refuse: JwtTransport['refuse'] = (error, context) =>
      new Error(`${context.getType<string>()}: ${error.code} ${JSON.stringify(error.getResponse())}`);
    await start({ refuse }, { errorMessageKey: 'reason' });
    expect(await refusalOf('required', messageWith())).toEqual(
      new Error('queue: JWT_MISSING {"reason":"Missing Authorization Header"}'),
    );
  });

  it.each([[undefined], [null]])('still refuses if refuse() returns %p', async (nothing) => {
    await start({ refuse: () => nothing });
    expect(await refusalOf('required', messageWith())).toMatchObject({ code: 'JWT_MISSING' });
  });

  it('returns that error also if a callback answers with a promise', async () => {
    await start({ refuse: ({ code }) => new Error(code) }, { isTokenRevoked: async () => true });
    expect(await refusalOf('required', messageWith(forge()))).toEqual(new Error('JWT_REVOKED'));
  });

  it('does not change an error of the application', async () => {
    const mine = new Error('mine');
    const failing = () => {
      throw mine;
    };
    await start({ refuse: () => new Error('changed') }, { verifyToken: failing });
    expect(await refusalOf('required', messageWith(forge()))).toBe(mine);
  });

  it('can read the token from a location of its own', async () => {
    const tokenOf: JwtTransport['tokenOf'] = (context) => context.getArgByIndex<{ data?: string }>(0).data;
    const requests: unknown[] = [];
    const verifyToken = (_payload: unknown, _header: unknown, request?: object) => requests.push(request);
    await start({ tokenOf }, { tokenLocation: 'cookies', verifyToken });
    expect(await deliver('required', messageWith(undefined, forge()))).toMatchObject({ identity: 'alice' });
    expect(requests).toEqual([expect.objectContaining({ headers: {} })]);
    // Without one the locations of the options count, and a route may name its own.
    expect(await refusalOf('required', messageWith(forge(), ''))).toMatchObject({ code: 'JWT_MISSING' });
    expect(await deliver('byHeader', messageWith(forge({ sub: 'bob' }), forge()))).toMatchObject({ identity: 'bob' });
  });

  it('is used before HTTP', async () => {
    const accepts = (context: { getType(): string }) => context.getType() === 'http';
    await start({ accepts }, {}, 'http');
    expect(await deliver('required', messageWith(forge()))).toMatchObject({ identity: 'alice', interceptor: 'alice' });
  });

  it('shows no context to a handler without a check', async () => {
    await start();
    const message = messageWith(forge());
    await deliver('required', message);
    expect((await refusalOf('careless', message))?.message).toContain('no token was checked');
  });
});

describe('the key of a transport', () => {
  const consumer: Consumer = { name: 'one' };
  let checks = 0;
  const isTokenRevoked = () => ++checks > 2;

  const startWith = async (lifetime?: 'call' | 'connection') => {
    checks = 0;
    const lifetimeOf = lifetime && (() => lifetime);
    await start({ keyOf: (context) => context.getArgByIndex<Consumer>(1), lifetimeOf }, { isTokenRevoked });
  };

  it.each([['connection'], [undefined]] as const)(
    'with the lifetime %s: the guard checks every call',
    async (lifetime) => {
      await startWith(lifetime);
      const message = messageWith(forge());
      for (let round = 0; round < 2; round++) await deliver('required', message, consumer);
      expect(await errorOf(() => deliver('required', message, consumer))).toMatchObject({ code: 'JWT_REVOKED' });
    },
  );

  it('with the lifetime connection: a call without a token is anonymous, even if another call had a token', async () => {
    await startWith('connection');
    expect(await deliver('optional', messageWith(forge()), consumer)).toMatchObject({ identity: 'alice' });
    expect(await deliver('optional', messageWith(), consumer)).toEqual({ identity: null });
  });

  it('with the lifetime call: the guard checks each requirement once', async () => {
    await startWith('call');
    const message = messageWith(forge({ fresh: true }));
    for (let round = 0; round < 5; round++) await deliver('required', message, consumer);
    expect(checks).toBe(1);
    expect(await deliver('fresh', message, consumer)).toMatchObject({ identity: 'alice' });
    expect(checks).toBe(2);
    for (const method of ['required', 'fresh']) await deliver(method, message, consumer);
    expect(checks).toBe(2);
  });

  it('has a result for each handler, even if several handlers run at the same time', async () => {
    await start({ keyOf: (context) => context.getArgByIndex<Consumer>(1) }, { isTokenRevoked: async () => false });
    const answers = await Promise.all([
      deliver('required', messageWith(forge()), consumer),
      deliver('fresh', messageWith(forge({ sub: 'bob', fresh: true })), consumer),
      deliver('optional', messageWith(), consumer),
    ]);
    expect(answers).toEqual([
      { identity: 'alice', user: { name: 'alice' }, interceptor: 'alice' },
      { identity: 'bob', interceptor: 'bob' },
      { identity: null },
    ]);
  });
});

describe('a wrong answer of a transport refuses the call, and the error says what to return', () => {
  it.each<[keyof JwtTransport, unknown, RegExp]>([
    ['accepts', Promise.resolve(true), /^accepts\(\) of transports\[0\] .* true or false at once/],
    ['accepts', 1, /^accepts\(\)/],
    ['requestOf', undefined, /^requestOf\(\) of transports\[0\] .* { headers: {} } at least/],
    ['requestOf', {}, /^requestOf\(\)/],
    ['requestOf', 'text', /^requestOf\(\)/],
    ['requestOf', Promise.resolve({ headers: {} }), /^requestOf\(\)/],
    ['keyOf', undefined, /^keyOf\(\) of transports\[0\] .* an object that belongs to this call/],
    ['keyOf', 'text', /^keyOf\(\)/],
    ['keyOf', Promise.resolve({}), /^keyOf\(\)/],
    ['tokenOf', Promise.resolve('text'), /^tokenOf\(\) of transports\[0\] .* a string/],
    ['tokenOf', 5, /^tokenOf\(\)/],
  ])('%s: %p', async (name, answer, message) => {
    await start({ [name]: () => answer });
    const error = await refusalOf('required', messageWith(forge()));
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toMatch(message);
  });

  it('refuse: a promise, whose rejection does not end the process', async () => {
    await start({ refuse: () => Promise.reject(new Error('queue')) });
    const error = await refusalOf('required', messageWith());
    expect(error?.message).toMatch(/^refuse\(\) of transports\[0\] .* an error at once/);
  });

  it('no transport accepts the context', async () => {
    await start({ accepts: () => false });
    const error = await refusalOf('optional', messageWith(forge()));
    expect(error?.message).toMatch(/^OrderHandlers\.optional requires a token, .* "queue" context/);
    expect(error?.message).toContain('option transports');
    expect(await deliver('open', messageWith())).toMatchObject({ open: true });
  });
});

describe('getJwtContext() and setJwtContext()', () => {
  const contextOf = (message: Message) => contextWith([message, { name: 'one' }]);

  it('use the transports of a module from its compilation until it is closed', async () => {
    const message = messageWith(forge());
    expect(getJwtContext(contextOf(message))).toBeNull();
    await start();
    await deliver('required', message);
    expect(getJwtContext(message)?.payload.sub).toBe('alice');
    setJwtContext(contextOf(message), { payload: { sub: 'bob' } });
    expect(getJwtContext(contextOf(message))?.payload.sub).toBe('bob');
    await queue?.close();
    queue = undefined;
    expect(getJwtContext(contextOf(message))).toBeNull();
  });

  it('see the context that a test set for the handler of an unknown transport', async () => {
    queue = await Queue.start(CarelessHandlers, {}, 'unknown');
    const message = messageWith(undefined, 'text');
    const consumer = { name: 'one' };
    setJwtContext(contextWith([message, consumer], 'unknown'), { payload: { sub: 'alice' } });
    expect(await deliver('careless', message, consumer)).toEqual({ identity: 'alice', interceptor: 'alice' });
  });
});

function contextWith(args: unknown[], type = 'queue'): ExecutionContext {
  const context = new ExecutionContextHost(args);
  context.setType(type);
  return context;
}
