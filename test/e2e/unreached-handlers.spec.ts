import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Controller, Get, Injectable, SetMetadata, UseGuards, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { JwtGuard, JwtRequired, Public, JwtAuthenticator } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { jwtModule, TestApp, withJwtApp, type JwtAppSetup } from '../support/jwt-app.js';
import { errorOf } from '../support/token-service.js';

// What @SubscribeMessage(), @MessagePattern() and @ResolveField() write on a method. Their packages are not dependencies of this library.
const SubscribeMessage = () => SetMetadata('websockets:message_mapping', true);
const MessagePattern = () => SetMetadata('microservices:pattern', ['sum']);
const ResolveField = () => SetMetadata('graphql:resolve_property', true);

@Injectable()
class ChatGateway {
  @JwtRequired()
  @SubscribeMessage()
  say() {}

  @JwtRequired({ optional: true })
  @SubscribeMessage()
  listen() {}

  @Public()
  @SubscribeMessage()
  greet() {}

  @UseGuards(JwtGuard)
  @JwtRequired()
  @SubscribeMessage()
  guarded() {}
}

@UseGuards(JwtGuard)
@JwtRequired()
@Injectable()
class GuardedGateway {
  @SubscribeMessage()
  say() {}
}

@Injectable()
class UndecoratedGateway {
  @SubscribeMessage()
  say() {}
}

@JwtRequired()
@Controller('sums')
class SumsController {
  @Get()
  read() {}

  @MessagePattern()
  sum() {}

  @Public()
  @MessagePattern()
  ping() {}
}

@JwtRequired()
@Injectable()
class UserResolver {
  @ResolveField()
  name() {}

  @JwtRequired({ fresh: true })
  @ResolveField()
  address() {}

  @UseGuards(JwtGuard)
  @ResolveField()
  salary() {}
}

describe.each(ADAPTERS)('outside of HTTP routes on %s', (adapter) => {
  const refusal = async (setup: JwtAppSetup) => {
    const app = new TestApp(adapter, setup);
    const error = await errorOf(() => app.start());
    await app.stop();
    return error;
  };
  const starts = (setup: JwtAppSetup) => expect(refusal(setup)).resolves.toBeUndefined();

  it('a message of a WebSocket, which Nest 11 asks no global guard for, stops the start', async () => {
    const error = await refusal({ providers: [ChatGateway] });
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toMatch(
      /^ChatGateway\.say, ChatGateway\.listen require a token, but no JwtGuard would check/,
    );
    expect(error?.message).toContain('@Public()');
    expect(error?.message).toContain(`${JwtAuthenticator.name}.authenticateToken()`);
  });

  it.each([
    ['11.2.6', /^ChatGateway\.say/],
    ['12.0.0', undefined],
  ])('with @nestjs/websockets %s a message that requires a token stops the start: %s', async (version, message) => {
    const root = mkdtempSync(join(tmpdir(), 'websockets-'));
    const folder = join(root, 'node_modules', '@nestjs', 'websockets');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }));
    const cwd = jest.spyOn(process, 'cwd').mockReturnValue(root);
    try {
      const error = await refusal({ providers: [ChatGateway] });
      expect(error?.message).toEqual(message && expect.stringMatching(message));
    } finally {
      cwd.mockRestore();
      rmSync(root, { recursive: true });
    }
  });

  it('a message of another transport, which a hybrid application asks no global guard for, does too', async () => {
    const error = await refusal({ controllers: [SumsController] });
    expect(error?.message).toMatch(/^SumsController\.sum requires a token, but no JwtGuard would check it/);
  });

  it.each([true, false])(
    'a field of GraphQL does, which no guard is asked for; globalGuard: %s',
    async (globalGuard) => {
      const error = await refusal({ providers: [UserResolver], options: { globalGuard } });
      expect(error?.message).toMatch(/^UserResolver\.address, UserResolver\.salary require a token/);
    },
  );

  it('requireByDefault makes a requirement of each message', async () => {
    const providers: Type[] = [UndecoratedGateway];
    await starts({ providers });
    const error = await refusal({ providers, options: { requireByDefault: true } });
    expect(error?.message).toMatch(/^UndecoratedGateway\.say requires a token/);
  });

  it('a guard that is bound by hand is asked', () => starts({ providers: [GuardedGateway] }));

  it('routes are as they were', async () => {
    @JwtRequired()
    @Controller('orders')
    class OrdersController {
      @Get()
      read() {}
    }
    await withJwtApp(adapter, { controllers: [OrdersController] }, async (app) => {
      expect(await app.get('/orders')).toMatchObject({ status: 401 });
    });
  });
});

it('an application without HTTP asks its global guards for every message', async () => {
  const module = await Test.createTestingModule({ imports: [jwtModule()], controllers: [SumsController] }).compile();
  await expect(module.init()).resolves.toBe(module);
  await module.close();
});
