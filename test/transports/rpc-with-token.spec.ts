import { Metadata } from '@grpc/grpc-js';
import { Controller, type INestMicroservice } from '@nestjs/common';
import {
  type ClientKafka,
  type ClientNats,
  type ClientRedis,
  type ClientTCP,
  ClientProxy,
  MessagePattern,
  MqttRecord,
  MqttRecordBuilder,
  NatsRecord,
  NatsRecordBuilder,
  RmqRecord,
  RmqRecordBuilder,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { JwtIdentity, JwtRequired } from 'nestjs-jwt-extended';
import { withToken } from 'nestjs-jwt-extended/microservices';
import { firstValueFrom, lastValueFrom, mergeMap, retry, timeout, toArray } from 'rxjs';
import { forge } from '../support/forge.js';
import { freePort } from '../support/free-port.js';
import { NEST_VERSION } from '../support/nest-version.js';
import { grpcClient, grpcOptions } from '../support/transport-drivers/grpc.js';
import { startMicroservice } from '../support/transport-drivers/microservice.js';
import { clientOf } from '../support/transport-drivers/packets.js';

const TOKEN = forge();
const BEARER = `Bearer ${TOKEN}`;

describe('a record with a token', () => {
  it('of RabbitMQ keeps its data, options and headers, and the record itself is not changed', () => {
    const record = new RmqRecordBuilder({ id: 1 })
      .setOptions({ priority: 3, headers: { trace: 'a', Authorization: 'x' } })
      .build();
    const copy = withToken(record, TOKEN);
    expect(copy).toBeInstanceOf(RmqRecord);
    expect(copy).toMatchObject({ data: { id: 1 } });
    expect(copy.options).toEqual({ priority: 3, headers: { trace: 'a', authorization: BEARER } });
    expect(record.options?.headers).toEqual({ trace: 'a', Authorization: 'x' });
  });

  it('of MQTT keeps its options and properties', () => {
    const properties = { contentType: 'json', userProperties: { trace: ['a', 'b'] } };
    const copy = withToken(new MqttRecordBuilder('text').setQoS(1).setProperties(properties).build(), TOKEN);
    expect(copy).toBeInstanceOf(MqttRecord);
    expect(copy.options).toEqual({
      qos: 1,
      properties: { contentType: 'json', userProperties: { trace: ['a', 'b'], authorization: BEARER } },
    });
    expect(properties.userProperties).toEqual({ trace: ['a', 'b'] });
  });

  it('of NATS keeps its headers', () => {
    const headers = withToken(new NatsRecord('text'), 'other').headers as Map<string, string>;
    headers.set('Trace', 'a');
    const record = new NatsRecordBuilder('text').setHeaders(headers).build();
    const copy = withToken(record, TOKEN);
    const sent = copy.headers as { get(name: string): string };
    expect([sent.get('Trace'), sent.get('authorization')]).toEqual(['a', BEARER]);
    expect(headers.get('authorization')).toBe('Bearer other');
  });

  it('of Kafka keeps its key and headers', () => {
    const message = { key: 'k', value: { id: 1 }, headers: { trace: 'a' } };
    expect(withToken(message, TOKEN)).toEqual({ ...message, headers: { trace: 'a', authorization: BEARER } });
    expect(message.headers).toEqual({ trace: 'a' });
  });

  it('of gRPC is a copy of the metadata', () => {
    const metadata = new Metadata();
    metadata.set('trace', 'a');
    expect(withToken(metadata, TOKEN).getMap()).toEqual({ trace: 'a', authorization: BEARER });
    expect(metadata.getMap()).toEqual({ trace: 'a' });
  });

  it('can have another header and scheme', () => {
    expect(withToken({ value: 1 }, TOKEN, { header: 'X-Token', type: '' })).toEqual({
      value: 1,
      headers: { 'x-token': TOKEN },
    });
  });
});

/** Never called: the types must fit. */
export function typesOf(client: ClientProxy, kafka: ClientKafka, nats: ClientNats, redis: ClientRedis, tcp: ClientTCP) {
  const record: RmqRecord<{ id: number }> = withToken(new RmqRecord({ id: 1 }), TOKEN);
  const message: { key: string; value: number } = withToken({ key: 'k', value: 1 }, TOKEN);
  const calls = [client, kafka, nats, redis, tcp].map((each) => withToken(each, TOKEN).emit('pattern', message));
  return [record.options?.priority, withToken(kafka, TOKEN).send<string>('pattern', message), ...calls];
}

describe('withToken()', () => {
  it.each([
    ['no record', [1, TOKEN], 'withToken() takes a client'],
    ['an object that is no message', [{}, TOKEN], 'withToken() takes a client'],
    ['an empty token', [{ value: 1 }, ''], 'withToken() needs a token'],
    ['a token with a line break', [{ value: 1 }, `${TOKEN}\r\nadmin: 1`], 'withToken() needs a token'],
    ['no token', [{ value: 1 }, undefined], 'withToken() needs a token'],
    ['an unknown option', [{ value: 1 }, TOKEN, { name: 'x' }], 'has no option "name". Known: header, type.'],
    ['a wrong header', [{ value: 1 }, TOKEN, { header: 'a b' }], 'The option header of withToken()'],
    ['a wrong scheme', [{ value: 1 }, TOKEN, { type: 'a b' }], 'The option type of withToken()'],
  ])('refuses %s', (_name, args, message) => {
    const call = () => (withToken as (...args: unknown[]) => unknown)(...args);
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
    expect(call).not.toThrow(TOKEN);
  });

  it('refuses a client of gRPC, whose calls take metadata', async () => {
    const client = grpcClient(await grpcOptions());
    expect(() => withToken(client as unknown as ClientProxy, TOKEN)).toThrow('withToken(new Metadata(), token)');
    client.close();
  });
});

@Controller()
class WhoController {
  @JwtRequired({ optional: true })
  @MessagePattern('who')
  who(@JwtIdentity() identity: string | null) {
    return { identity };
  }
}

const who = (client: Pick<ClientProxy, 'send'>, data: unknown = 'text') =>
  client.send<{ identity: string | null }>('who', data).pipe(timeout(10_000));

if (NEST_VERSION === 11) {
  describe('a client of TCP or Redis on Nest 11', () => {
    it.each([Transport.TCP, Transport.REDIS])('is refused with the cure: %s', (transport) => {
      const client = clientOf({ transport } as MicroserviceOptions);
      expect(() => withToken(client, TOKEN)).toThrow('rpc: { token: (data) => data.token }');
    });
  });
} else {
  describe('a client with a token', () => {
    let [app, client]: [INestMicroservice | null, ClientProxy | null] = [null, null];
    const shared = () => client as ClientProxy;

    beforeEach(async () => {
      const server: MicroserviceOptions = {
        transport: Transport.TCP,
        options: { host: '127.0.0.1', port: await freePort() },
      };
      app = await startMicroservice(server, {}, [WhoController]);
      client = clientOf(server);
    });
    afterEach(async () => {
      await client?.close();
      await app?.close();
    });

    it('keeps the tokens of parallel calls apart, and other calls have none', async () => {
      const names = Array.from({ length: 50 }, (_, index) => (index % 5 === 0 ? null : `user ${index}`));
      const answers = names.map((name) =>
        firstValueFrom(who(name === null ? shared() : withToken(shared(), forge({ sub: name })), { name })),
      );
      expect(await Promise.all(answers)).toEqual(names.map((identity) => ({ identity })));
    });

    it('does not give its token to a call that its answer starts', async () => {
      const answers = who(withToken(shared(), TOKEN)).pipe(
        mergeMap(() => who(shared())),
        toArray(),
      );
      expect(await lastValueFrom(answers)).toEqual([{ identity: null }]);
    });

    it('sends the token again with each subscription', async () => {
      const answer = who(withToken(shared(), TOKEN)).pipe(retry(1));
      expect([await firstValueFrom(answer), await firstValueFrom(answer)]).toEqual(
        Array(2).fill({ identity: 'alice' }),
      );
    });

    it('keeps the hook of another library, which is set before or after', async () => {
      const seen: unknown[] = [];
      shared().setOnDispatchHook((packet) => {
        seen.push(packet.data);
        Object.assign(packet, { metadata: { trace: 'a' } });
      });
      expect(await firstValueFrom(who(withToken(shared(), TOKEN), 'one'))).toEqual({ identity: 'alice' });
      const view = withToken(shared(), TOKEN);
      shared().setOnDispatchHook((packet) => void seen.push(packet.data));
      expect(await firstValueFrom(who(view, 'two'))).toEqual({ identity: 'alice' });
      expect(seen).toEqual(['one', 'two']);
    });

    it('sends the data without the token if another library takes the hook away', async () => {
      const call = who(withToken(shared(), TOKEN));
      const answer = firstValueFrom(call);
      shared().setOnDispatchHook(() => undefined);
      expect(await answer).toEqual({ identity: null });
    });

    it('refuses a call without data as the client does', async () => {
      const call = firstValueFrom(withToken(shared(), TOKEN).send('who', undefined));
      await expect(call).rejects.toThrow(/data/i);
    });
  });
}
