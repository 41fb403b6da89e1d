import { Controller, Logger } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { ExpiredTokenException, JwtIdentity, JwtRequired } from 'nestjs-jwt-extended';
import { withToken } from 'nestjs-jwt-extended/microservices';
import { forge } from '../support/forge.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { overTheWire, startKafka } from '../support/transport-drivers/kafka.js';

// Debian has no Kafka. So these tests have no broker: the encoder and the decoder of kafkajs make the records, and the server of
// Nest handles them.

const handled: unknown[] = [];

@JwtRequired()
@Controller()
class EventsController {
  @EventPattern('created')
  created(@JwtIdentity() identity: string) {
    handled.push(identity);
  }

  @MessagePattern('asked')
  asked(@JwtIdentity() identity: string) {
    handled.push(identity);
  }

  @JwtRequired({ optional: true })
  @EventPattern('failing')
  failing(_data: unknown) {
    throw new ExpiredTokenException();
  }
}

describe('an event of Kafka', () => {
  const logger = new RecordingLogger();
  let service: Awaited<ReturnType<typeof startKafka>> | null = null;
  const receive = async (topic: string, token: string | null) => {
    const message = { key: 'k', value: '{"id":1}', headers: { trace: 'a' } };
    await service?.kafka.receive(topic, token === null ? message : withToken(message, token));
  };

  beforeAll(async () => {
    service = await startKafka({}, [EventsController]);
    service.app.useLogger(logger);
  });
  afterAll(async () => {
    await service?.app.close();
    Logger.overrideLogger(false);
  });
  beforeEach(() => {
    handled.length = logger.warnings.length = logger.errors.length = 0;
  });

  it.each(['created', 'asked', 'failing'])(
    'is logged once if it is refused, and not delivered again: %s',
    async (topic) => {
      const token = topic === 'failing' ? forge() : forge({ exp: 1 });
      await receive(topic, token);
      expect(logger.warnings).toEqual([`The event "${topic}" was refused: JWT_EXPIRED. JwtExtendedModule`]);
      expect([logger.errors, handled]).toEqual([[], []]);
    },
  );

  it('is handled with a token', async () => {
    await receive('created', forge());
    expect([handled, logger.warnings]).toEqual([['alice'], []]);
  });
});

it('keeps the key and the headers of a message with a token', () => {
  const { key, headers } = overTheWire(withToken({ key: 'k', value: '{}', headers: { trace: 'a' } }, 'token'));
  expect([String(key), String(headers.trace), String(headers.authorization)]).toEqual(['k', 'a', 'Bearer token']);
});
