import { jest } from '@jest/globals';
import { createHook } from 'node:async_hooks';
import { Controller, Get, type ExecutionContext } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Test } from '@nestjs/testing';
import {
  JwtEvents,
  JwtExtendedModule,
  JwtGuard,
  JwtRequired,
  MemoryRevocationStore,
  TokenService,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { TokenCodec } from '../../src/tokens/token-codec.js';
import { forge, SECRET } from '../support/forge.js';

@Controller()
class CatsController {
  @Get()
  @JwtRequired()
  find(): string {
    return 'cats';
  }
}

/** The cost of one request as counts. Unlike times, counts are the same on every machine. */
interface Cost {
  signatures: number;
  metadata: number;
  promises: number;
  storeCalls: number;
}

class CountedGuard {
  private constructor(
    private readonly guard: JwtGuard,
    readonly tokens: TokenService,
    readonly events: JwtEvents,
    private readonly store: MemoryRevocationStore,
  ) {}

  static async make(options: JwtExtendedOptions = {}): Promise<CountedGuard> {
    const store = new MemoryRevocationStore();
    const all = { secret: SECRET, revocation: { store }, ...options };
    const module = await Test.createTestingModule({
      imports: [JwtExtendedModule.forRoot(all)],
      controllers: [CatsController],
    }).compile();
    return new CountedGuard(module.get(JwtGuard), module.get(TokenService), module.get(JwtEvents), store);
  }

  /** Counts the cost of a request, whether the guard accepts or refuses it. */
  send(token: string): Cost & { answer: unknown } {
    const signatures = jest.spyOn(TokenCodec.prototype, 'verifySignature');
    const metadata = [jest.spyOn(Reflect, 'getMetadata'), jest.spyOn(Reflect, 'getOwnMetadata')];
    const lookUp = jest.spyOn(this.store, 'lookUp');
    let promises = 0;
    const hook = createHook({
      init: (_, type) => {
        if (type === 'PROMISE') promises++;
      },
    }).enable();
    let answer: unknown;
    try {
      answer = this.guard.canActivate(contextWith(token));
    } catch (error) {
      answer = error;
    } finally {
      hook.disable();
    }
    const cost = {
      signatures: signatures.mock.calls.length,
      metadata: metadata.reduce((sum, { mock }) => sum + mock.calls.length, 0),
      promises,
      storeCalls: lookUp.mock.calls.length,
    };
    jest.restoreAllMocks();
    return { ...cost, answer };
  }
}

/** The context of a request as Nest passes it to a guard. Its header is a new string. */
function contextWith(token: string): ExecutionContext {
  const request = { method: 'GET', url: '/', headers: { authorization: Buffer.from(`Bearer ${token}`).toString() } };
  const context = new ExecutionContextHost([request, {}], CatsController, CatsController.prototype.find);
  context.setType('http');
  return context;
}

it('the first request of a route reads its metadata; a token seen for the first time has its signature checked', async () => {
  const guard = await CountedGuard.make();
  const { metadata, ...rest } = guard.send(forge());
  expect(rest).toEqual({ answer: true, signatures: 1, promises: 0, storeCalls: 1 });
  expect(metadata).toBeGreaterThan(0);
});

it('a cached token costs one look-up of the store, without a promise', async () => {
  const guard = await CountedGuard.make();
  const token = forge();
  guard.send(token);
  expect(guard.send(token)).toEqual({ answer: true, signatures: 0, metadata: 0, promises: 0, storeCalls: 1 });
});

it('without the cache the signature is checked again, and all other costs are the same', async () => {
  const guard = await CountedGuard.make({ cache: false });
  const token = forge();
  guard.send(token);
  expect(guard.send(token)).toEqual({ answer: true, signatures: 1, metadata: 0, promises: 0, storeCalls: 1 });
});

it('without a store there is no look-up', async () => {
  const guard = await CountedGuard.make({ revocation: undefined });
  const token = forge();
  guard.send(token);
  expect(guard.send(token)).toEqual({ answer: true, signatures: 0, metadata: 0, promises: 0, storeCalls: 0 });
});

it('a revoked token is refused on the next request', async () => {
  const guard = await CountedGuard.make();
  const token = await guard.tokens.createAccessToken('alice');
  expect(guard.send(token).answer).toBe(true);
  await guard.tokens.revoke(token);
  expect(guard.send(token)).toMatchObject({
    answer: { code: 'JWT_REVOKED' },
    signatures: 0,
    promises: 0,
    storeCalls: 1,
  });
});

it('an expired token is refused at once, without a look-up and without a stack trace', async () => {
  const guard = await CountedGuard.make();
  const token = forge({ exp: 1 });
  guard.send(token);
  const { answer, ...cost } = guard.send(token);
  expect(cost).toEqual({ signatures: 0, metadata: 0, promises: 0, storeCalls: 0 });
  expect(answer).toMatchObject({ code: 'JWT_EXPIRED' });
  expect((answer as Error).stack).toBe('ExpiredTokenException: Token has expired');
});

it('a key of decodeKey does not change the cost of a cached token', async () => {
  const guard = await CountedGuard.make({ decodeKey: () => SECRET });
  const token = forge();
  guard.send(token);
  expect(guard.send(token)).toEqual({ answer: true, signatures: 0, metadata: 0, promises: 0, storeCalls: 1 });
});

it('with a listener of JwtEvents a refused token costs no promise and no look-up', async () => {
  const guard = await CountedGuard.make();
  const heard: unknown[] = [];
  guard.events.on('refused', (event) => heard.push(event));
  const token = forge({ exp: 1 });
  guard.send(token);
  const { answer, ...cost } = guard.send(token);
  expect(cost).toEqual({ signatures: 0, metadata: 0, promises: 0, storeCalls: 0 });
  expect(answer).toMatchObject({ code: 'JWT_EXPIRED' });
  expect(heard).toHaveLength(2);
});

it('without a listener of JwtEvents no event is created', async () => {
  const guard = await CountedGuard.make();
  const emit = jest.spyOn(guard.events, 'emit');
  guard.send(forge({ exp: 1 }));
  await guard.tokens.createTokenPair('alice');
  await guard.tokens.revokeAllFor('alice');
  expect(emit).not.toHaveBeenCalled();
});

it('a schema of the claims costs no promise, and runs once for a cached token', async () => {
  let runs = 0;
  const validate = (value: unknown) => ({ value: (runs++, value) });
  const guard = await CountedGuard.make({ claims: { '~standard': { version: 1, vendor: 'test', validate } } });
  const token = forge();
  for (let request = 0; request < 3; request++) guard.send(token);
  const before = runs;
  expect(guard.send(token)).toEqual({ answer: true, signatures: 0, metadata: 0, promises: 0, storeCalls: 1 });
  expect(runs).toBe(before);
});
