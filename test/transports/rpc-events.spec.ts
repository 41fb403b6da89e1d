import { Controller, Logger, type INestMicroservice } from '@nestjs/common';
import {
  Ctx,
  EventPattern,
  MessagePattern,
  Payload,
  Transport,
  type ClientProxy,
  type MicroserviceOptions,
  type RmqContext,
} from '@nestjs/microservices';
import { connect } from 'amqplib';
import { ExpiredTokenException, JwtRequired } from 'nestjs-jwt-extended';
import { withToken } from 'nestjs-jwt-extended/microservices';
import { lastValueFrom, timeout } from 'rxjs';
import { forge } from '../support/forge.js';
import { freePort } from '../support/free-port.js';
import { describeWithProgram } from '../support/programs.js';
import { rabbitmq, RabbitServer } from '../support/rabbitmq-server.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { startMicroservice } from '../support/transport-drivers/microservice.js';
import { clientOf } from '../support/transport-drivers/packets.js';
import { until } from '../support/until.js';

const handled: unknown[] = [];

@Controller()
class EventsController {
  @JwtRequired()
  @EventPattern('order.created')
  created(@Payload() data: unknown) {
    handled.push(data);
  }

  @JwtRequired({ optional: true })
  @EventPattern({ cmd: 'failing' })
  failing() {
    throw new ExpiredTokenException();
  }

  @MessagePattern('handled')
  answer() {
    return handled.length;
  }
}

/** The lines that the application logs during the test. */
function useLogger(): RecordingLogger {
  const logger = new RecordingLogger();
  beforeAll(() => Logger.overrideLogger(logger));
  afterAll(() => Logger.overrideLogger(false));
  return logger;
}

describe('a refused event', () => {
  const logger = useLogger();
  let [app, client]: [INestMicroservice | null, ClientProxy | null] = [null, null];
  const emit = (pattern: unknown, data: object) =>
    lastValueFrom((client as ClientProxy).emit(pattern, data), { defaultValue: null });

  beforeAll(async () => {
    const server: MicroserviceOptions = {
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port: await freePort() },
    };
    app = await startMicroservice(server, { rpc: { token: ({ token }) => token } }, [EventsController]);
    app.useLogger(logger);
    client = clientOf(server);
  });
  afterAll(async () => {
    await client?.close();
    await app?.close();
  });
  beforeEach(() => {
    handled.length = 0;
    logger.warnings.length = logger.errors.length = 0;
  });

  it('is logged once, with its pattern and the code, without the token and the data', async () => {
    const token = forge({ exp: 1 });
    await emit('order.created', { token, secret: 'data' });
    await until(() => logger.warnings.length > 0);
    expect(logger.warnings).toEqual(['The event "order.created" was refused: JWT_EXPIRED. JwtExtendedModule']);
    expect([logger.errors, handled]).toEqual([[], []]);
  });

  it('is logged if its handler throws an exception of the library', async () => {
    await emit({ cmd: 'failing' }, {});
    await until(() => logger.warnings.length > 0);
    expect(logger.warnings).toEqual(['The event {"cmd":"failing"} was refused: JWT_EXPIRED. JwtExtendedModule']);
  });

  it('does not stop the next one', async () => {
    await emit('order.created', {});
    await emit('order.created', { token: forge(), id: 1 });
    await until(() => handled.length > 0);
    expect(handled).toMatchObject([{ id: 1 }]);
  });
});

describeWithProgram(rabbitmq, 'a refused message of RabbitMQ that must be acknowledged', () => {
  useLogger();
  const received: string[] = [];

  @JwtRequired()
  @Controller()
  class AcknowledgingController {
    @EventPattern('created')
    created(@Ctx() context: RmqContext) {
      received.push('created');
      acknowledge(context);
    }

    @MessagePattern('count')
    count(@Ctx() context: RmqContext) {
      received.push('count');
      acknowledge(context);
      return received.length;
    }

    // Two handlers of one event: only the second one is refused, and the first one acknowledges the message.
    @EventPattern('shared')
    shared(@Ctx() context: RmqContext) {
      received.push('shared');
      acknowledge(context);
    }

    @JwtRequired({ fresh: true })
    @EventPattern('shared')
    sharedFresh(_data: unknown) {
      received.push('fresh');
    }
  }

  function acknowledge(context: RmqContext): void {
    (context.getChannelRef() as { ack(message: object): void }).ack(context.getMessage());
  }

  let server: RabbitServer | undefined;
  let [app, client]: [INestMicroservice | null, ClientProxy | null] = [null, null];
  const options = (noAck: boolean, queue: string): MicroserviceOptions => ({
    transport: Transport.RMQ,
    options: { urls: [server?.url as string], queue, noAck, prefetchCount: 2, queueOptions: { durable: false } },
  });

  async function open(noAck: boolean, queue: string): Promise<void> {
    app = await startMicroservice(options(noAck, queue), {}, [AcknowledgingController]);
    client = clientOf({ ...options(true, queue) });
  }

  /** How many messages the queue delivers again after the application has closed. */
  async function leftIn(queue: string): Promise<number> {
    await client?.close();
    await app?.close();
    const connection = await connect(server?.url as string);
    const channel = await connection.createChannel();
    const { messageCount } = await channel.checkQueue(queue);
    await connection.close();
    return messageCount;
  }

  const call = (token: string | null, pattern: string) =>
    lastValueFrom(
      (token === null ? (client as ClientProxy) : withToken(client as ClientProxy, token))
        .send<unknown>(pattern, {})
        .pipe(timeout(10_000)),
    ).catch((error: unknown) => error);

  beforeAll(async () => {
    server = await RabbitServer.start();
  });
  afterAll(() => server?.stop());
  beforeEach(() => (received.length = 0));

  it('is not delivered again, and does not fill the limit of the consumer', async () => {
    await open(false, 'kept');
    for (let count = 0; count < 5; count++) (client as ClientProxy).emit('created', {});
    for (let count = 0; count < 5; count++) expect(await call(null, 'count')).toMatchObject({ code: 'JWT_MISSING' });
    expect(await call(forge(), 'count')).toBe(1);
    expect(await leftIn('kept')).toBe(0);
  });

  it('closes no channel where RabbitMQ expects no acknowledgement', async () => {
    await open(true, 'dropped');
    (client as ClientProxy).emit('created', {});
    expect(await call(null, 'count')).toMatchObject({ code: 'JWT_MISSING' });
    expect(await call(null, 'count')).toMatchObject({ code: 'JWT_MISSING' });
    expect(await leftIn('dropped')).toBe(0);
  });

  it('is acknowledged once if another handler of the event accepts it', async () => {
    await open(false, 'shared');
    withToken(client as ClientProxy, forge()).emit('shared', {});
    await until(() => received.includes('shared'));
    expect(await call(forge(), 'count')).toBe(2);
    expect(await leftIn('shared')).toBe(0);
  });
});
