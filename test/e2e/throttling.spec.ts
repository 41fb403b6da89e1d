import { Controller, Get, UseGuards, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { JwtGuard, JwtRequired } from 'nestjs-jwt-extended';
import { jwtTracker } from 'nestjs-jwt-extended/throttler';
import { ADAPTERS } from '../support/adapters.js';
import { forge, OTHER_SECRET } from '../support/forge.js';
import { useJwtApp, withJwtApp, type TestApp } from '../support/jwt-app.js';

// Only on Nest 11: @nestjs/throttler is CommonJS, and Jest cannot require Nest 12 on every Node version.

const LIMIT = 2;

/** Each application counts on its own. */
function throttler(): DynamicModule {
  return ThrottlerModule.forRoot({ throttlers: [{ limit: LIMIT, ttl: 60_000 }], getTracker: jwtTracker });
}

const GUARD: Provider = { provide: APP_GUARD, useClass: ThrottlerGuard };

@Controller()
class OrdersController {
  @JwtRequired()
  @Get('orders')
  orders() {
    return {};
  }

  @JwtRequired({ optional: true })
  @Get('offers')
  offers() {
    return {};
  }

  @JwtRequired({ optional: true })
  @Get('more-offers')
  moreOffers() {
    return {};
  }

  @Get('open')
  open() {
    return {};
  }
}

/** The statuses of one request for each token. */
async function statuses(app: TestApp, path: string, tokens: readonly (string | undefined)[]): Promise<number[]> {
  const answers: number[] = [];
  for (const token of tokens) answers.push((await app.get(path, token)).status);
  return answers;
}

describe.each(ADAPTERS)('jwtTracker on %s', (adapter) => {
  const app = useJwtApp(adapter, { imports: [throttler()], controllers: [OrdersController], providers: [GUARD] });

  it('gives two users of one address limits of their own', async () => {
    const [carol, dave] = [forge({ sub: 'carol' }), forge({ sub: 'dave' })];
    expect(await statuses(app, '/orders', [carol, carol, carol, dave, dave, dave])).toEqual([
      ...[200, 200, 429],
      ...[200, 200, 429],
    ]);
  });

  it('counts all tokens and sessions of a user together', async () => {
    const tokens = ['1', '2', '3'].map((jti) => forge({ sub: 'erin', jti }));
    expect(await statuses(app, '/orders', tokens)).toEqual([200, 200, 429]);
  });

  it('counts by address on an open route, so that an invented token gives no new limit', async () => {
    const invented = ['1', '2', '3'].map((sub) => forge({ sub }, { secret: OTHER_SECRET }));
    expect(await statuses(app, '/open', invented)).toEqual([200, 200, 429]);
  });

  it('counts the requests of an optional route by user or by address', async () => {
    const frank = forge({ sub: 'frank' });
    expect(await statuses(app, '/offers', [undefined, undefined, undefined, frank])).toEqual([200, 200, 429, 200]);
  });

  it('does not take an identity for an address', async () => {
    const addresses = ['127.0.0.1', 'address:127.0.0.1', '::1'].map((sub) => forge({ sub }));
    expect(await statuses(app, '/more-offers', [...addresses, ...addresses, undefined])).toEqual([
      ...[200, 200, 200, 200, 200, 200],
      200,
    ]);
  });

  it('does not count a request with a refused token', async () => {
    const forged = forge({ sub: 'grace' }, { secret: OTHER_SECRET });
    expect(await statuses(app, '/orders', [forged, forged, forged, forge({ sub: 'grace' })])).toEqual([
      ...[422, 422, 422],
      200,
    ]);
  });

  it('knows the user where the throttler guards single routes', async () => {
    @UseGuards(ThrottlerGuard)
    @JwtRequired()
    @Controller()
    class BoundController {
      @Get('orders')
      orders() {
        return {};
      }
    }
    await withJwtApp(adapter, { imports: [throttler()], controllers: [BoundController] }, async (bound) => {
      const [alice, bob] = [forge(), forge({ sub: 'bob' })];
      expect(await statuses(bound, '/orders', [alice, alice, alice, bob])).toEqual([200, 200, 429, 200]);
    });
  });

  it('throws where the throttler runs before JwtGuard, because no token is verified yet', async () => {
    @UseGuards(JwtGuard)
    @JwtRequired()
    @Controller()
    class LateController {
      @Get('orders')
      orders() {
        return {};
      }
    }
    const setup = { options: { globalGuard: false }, controllers: [LateController] };
    await withJwtApp(adapter, { ...setup, imports: [throttler()], providers: [GUARD] }, async (late) => {
      expect(await statuses(late, '/orders', [forge()])).toEqual([500]);
    });
    const byAddress = ThrottlerModule.forRoot({ throttlers: [{ limit: LIMIT, ttl: 60_000 }] });
    await withJwtApp(adapter, { ...setup, imports: [byAddress], providers: [GUARD] }, async (late) => {
      const forged = forge({}, { secret: OTHER_SECRET });
      expect(await statuses(late, '/orders', [forged, forged, forged])).toEqual([422, 422, 429]);
    });
  });
});
