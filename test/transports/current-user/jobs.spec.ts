import { EventEmitter } from 'node:events';
import { AsyncResource } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Controller, Injectable, Post, Req, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  CommandBus,
  CommandHandler,
  CqrsModule,
  EventBus,
  EventsHandler,
  QueryBus,
  QueryHandler,
  type ICommandHandler,
  type IEventHandler,
  type IQueryHandler,
} from '@nestjs/cqrs';
import { JwtAuthenticator, JwtContextService, JwtRequired, type JwtContext } from 'nestjs-jwt-extended';
import { interval, map, take, toArray } from 'rxjs';
import { ADAPTERS } from '../../support/adapters.js';
import { userNames, WhoService } from '../../support/current-user.js';
import { forge } from '../../support/forge.js';
import { jwtModule, useJwtApp } from '../../support/jwt-app.js';
import { until } from '../../support/until.js';

const emitter = new EventEmitter();
const afterwards: unknown[] = [];

class PlaceOrder {
  constructor(readonly item: string) {}
}
class OrdersOf {}
class OrderPlaced {
  constructor(readonly owner: unknown) {}
}

@CommandHandler(PlaceOrder)
class PlaceOrderHandler implements ICommandHandler<PlaceOrder> {
  constructor(
    private readonly service: WhoService,
    private readonly events: EventBus,
  ) {}

  async execute({ item }: PlaceOrder): Promise<object> {
    const owner = await this.service.who();
    this.events.publish(new OrderPlaced(owner));
    return { owner, item };
  }
}

@QueryHandler(OrdersOf)
class OrdersOfHandler implements IQueryHandler<OrdersOf> {
  constructor(private readonly service: WhoService) {}

  execute(): Promise<unknown> {
    return this.service.who();
  }
}

@EventsHandler(OrderPlaced)
class OrderPlacedHandler implements IEventHandler<OrderPlaced> {
  constructor(private readonly jwt: JwtContextService) {}

  async handle({ owner }: OrderPlaced): Promise<void> {
    // Longer than the request.
    await delay(100);
    afterwards.push([owner, this.jwt.identity, Object.isFrozen(this.jwt.context)]);
  }
}

@Injectable()
class EmitterListener {
  constructor(jwt: JwtContextService) {
    emitter.removeAllListeners('ordered').on('ordered', (owner: unknown) => {
      setTimeout(() => afterwards.push([owner, jwt.identity]), 50);
    });
  }
}

@JwtRequired()
@Controller()
class OrdersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly jwt: JwtContextService,
  ) {}

  @Post('orders')
  async order(): Promise<object> {
    const placed = await this.commands.execute<PlaceOrder, object>(new PlaceOrder('tea'));
    return { ...placed, found: await this.queries.execute<OrdersOf, unknown>(new OrdersOf()) };
  }

  @Post('emit')
  emit() {
    emitter.emit('ordered', this.jwt.identity);
  }
}

describe.each(ADAPTERS)('JwtContextService on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    options: { asyncContext: true },
    imports: [CqrsModule.forRoot()],
    controllers: [OrdersController],
    providers: [WhoService, PlaceOrderHandler, OrdersOfHandler, OrderPlacedHandler, EmitterListener],
  });
  const names = userNames(40);
  const post = (path: string) => Promise.all(names.map((sub) => app.send('POST', path, { token: forge({ sub }) })));

  it('is there in command and query handlers, and in event handlers that outlive the request', async () => {
    afterwards.length = 0;
    const answers = await post('/orders');
    expect(answers.map(({ body }) => body)).toEqual(names.map((owner) => ({ owner, item: 'tea', found: owner })));
    await until(() => afterwards.length === names.length);
    expect(afterwards).toEqual(expect.arrayContaining(names.map((owner) => [owner, owner, true])));
  });

  it('is there in listeners of an event emitter, and in their timers', async () => {
    afterwards.length = 0;
    await post('/emit');
    await until(() => afterwards.length === names.length);
    expect(afterwards).toEqual(expect.arrayContaining(names.map((owner) => [owner, owner])));
  });
});

/** Forces a garbage collection. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

describe.each(ADAPTERS)('work that outlives its request on %s', (adapter) => {
  const requests: WeakRef<object>[] = [];
  const identities: (() => unknown)[] = [];

  @JwtRequired()
  @Controller()
  class LongController {
    constructor(private readonly jwt: JwtContextService) {}

    @Post('long')
    start(@Req() request: { raw?: object }) {
      requests.push(new WeakRef(request.raw ?? request));
      this.goOn();
    }

    private goOn(): void {
      identities.push(AsyncResource.bind(() => this.jwt.identity));
    }
  }
  const app = useJwtApp(adapter, { options: { asyncContext: true }, controllers: [LongController] });

  it('keeps the token, and not the request', async () => {
    await Promise.all(userNames(10).map((sub) => app.send('POST', '/long', { token: forge({ sub }) })));
    await until(() => {
      collect();
      return requests.filter((request) => request.deref() !== undefined).length <= 1;
    });
    expect(identities.map((identity) => identity()).sort()).toEqual(userNames(10));
  });
});

describe('JwtContextService.run()', () => {
  let app: INestApplicationContext;
  let jwt: JwtContextService;
  beforeAll(async () => {
    app = await NestFactory.createApplicationContext(jwtModule({ asyncContext: true, userLookup: () => ({ id: 1 }) }), {
      logger: false,
    });
    jwt = app.get(JwtContextService);
  });
  afterAll(() => app.close());
  const contextOf = (sub: string): Promise<JwtContext> => app.get(JwtAuthenticator).authenticateToken(forge({ sub }));

  it('runs a job with a token, returns its result, and leaves nothing behind', async () => {
    const alice = await contextOf('alice');
    expect(jwt.run(alice, () => [jwt.context === alice, jwt.identity, jwt.user, jwt.payload?.sub])).toEqual([
      true,
      'alice',
      { id: 1 },
      'alice',
    ]);
    const late = await jwt.run(alice, async () => {
      await delay(5);
      return jwt.identity;
    });
    expect(late).toBe('alice');
    expect(jwt.peek()).toBeUndefined();
    expect(() =>
      jwt.run(alice, () => {
        throw new Error('of the job');
      }),
    ).toThrow('of the job');
    expect(jwt.peek()).toBeUndefined();
  });

  it('nests, and runs anonymous work', async () => {
    const [alice, bob] = [await contextOf('alice'), await contextOf('bob')];
    const seen = await jwt.run(alice, async () => {
      const inner = jwt.run(bob, async () => {
        await delay(5);
        return [jwt.identity, jwt.run(null, () => jwt.identity), jwt.identity];
      });
      return [jwt.identity, ...(await inner), jwt.identity];
    });
    expect(seen).toEqual(['alice', 'bob', null, 'bob', 'alice']);
  });

  it('never shows the user of one job to another, with values of Observables', async () => {
    const names = userNames(50);
    const contexts = await Promise.all(names.map(contextOf));
    const all = await Promise.all(
      contexts.map((context) =>
        jwt.run(
          context,
          () =>
            new Promise((resolve) => {
              interval(1)
                .pipe(
                  take(5),
                  map(() => jwt.identity),
                  toArray(),
                )
                .subscribe(resolve);
            }),
        ),
      ),
    );
    expect(all).toEqual(names.map((name) => Array.from({ length: 5 }, () => name)));
  });

  it.each([[undefined], ['a token'], [{}], [{ payload: 'text' }]])('refuses %p and says what to pass', (context) => {
    expect(() => jwt.run(context as never, () => 1)).toThrow(/authenticateToken\(\)/);
    expect(() => jwt.run(context as never, () => 1)).toThrow(TypeError);
  });
});
