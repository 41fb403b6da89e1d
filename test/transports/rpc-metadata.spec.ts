import {
  Controller,
  Logger,
  type ExecutionContext,
  type INestApplication,
  type INestMicroservice,
} from '@nestjs/common';
import {
  Ctx,
  MessagePattern,
  MqttContext,
  NatsContext,
  RmqContext,
  TcpContext,
  type ClientProxy,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import {
  CurrentUser,
  getJwtContext,
  Jwt,
  JwtAuthenticator,
  JwtHeader,
  JwtIdentity,
  JwtRequired,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { firstValueFrom, timeout } from 'rxjs';
import { rpcTransport } from '../../src/transports/rpc.js';
import { forge } from '../support/forge.js';
import { freePort } from '../support/free-port.js';
import { jwtModule } from '../support/jwt-app.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { startMicroservice } from '../support/transport-drivers/microservice.js';
import { clientOf } from '../support/transport-drivers/packets.js';

/** The context of Nest for a message. */
function contextOf(...args: unknown[]): ExecutionContext {
  return {
    getType: () => 'rpc',
    getArgs: () => args,
    getArgByIndex: (index: number) => args[index],
  } as ExecutionContext;
}

const { requestOf, keyOf } = rpcTransport(null);
const headersOf = (context: unknown) => requestOf(contextOf('data', context)).headers;
const tcp = (metadata: unknown) => ({ getMetadata: () => metadata });

describe('the metadata of a message', () => {
  it.each([
    ['TCP and Redis since Nest 12', tcp({ Authorization: 'Bearer x' })],
    ['NATS', new NatsContext(['subject', new Map([['AUTHORIZATION', ['Bearer x']]])] as never)],
    ['RabbitMQ', new RmqContext([{ properties: { headers: { authorization: 'Bearer x' } } }, {}, 'pattern'] as never)],
    ['MQTT 5', new MqttContext(['topic', { properties: { userProperties: { authorization: 'Bearer x' } } }] as never)],
    ['Kafka', { getMessage: () => ({ headers: { authorization: Buffer.from('Bearer x') } }) }],
  ])('is read in %s, in upper and lower case', (_name, context) => {
    expect(headersOf(context)).toEqual({ authorization: 'Bearer x' });
  });

  it.each([
    ['no metadata', tcp(undefined)],
    ['null', tcp(null)],
    ['a text', tcp('Bearer x')],
    ['a list', tcp(['authorization', 'Bearer x'])],
    ['a number in a list', tcp([1, [2, 3]])],
    ['MQTT 3, which has no properties', new MqttContext(['topic', {}] as never)],
    ['RabbitMQ without headers', new RmqContext([{ properties: {} }, {}, 'pattern'] as never)],
    ['NATS without headers', new NatsContext(['subject', undefined] as never)],
    ['TCP of Nest 11', new TcpContext([{}, 'pattern'] as never)],
    ['no context', undefined],
  ])('can be missing or wrong: %s', (_name, context) => {
    expect(headersOf(context)).toEqual({});
  });

  it.each([
    ['an object', { authorization: { toString: () => 'Bearer x' } }, []],
    ['a number', { authorization: 1 }, []],
    ['a nested list', { authorization: [['Bearer x']] }, []],
    ['two values', { authorization: ['Bearer x', 'Bearer y'] }, ['Bearer x', 'Bearer y']],
    ['two names that differ in their case', { authorization: 'x', Authorization: 'y' }, ['x', 'y']],
  ])('counts only texts: %s', (_name, metadata, values) => {
    expect(headersOf(tcp(metadata))).toEqual({ authorization: values });
  });

  it('sets no prototype', () => {
    const headers = headersOf(tcp(JSON.parse('{"__proto__":{"authorization":"Bearer x"}}')));
    expect([headers.authorization, Object.getPrototypeOf(headers)]).toEqual([undefined, Object.prototype]);
  });
});

describe('the key of a message', () => {
  it('is the context of the transport, also for data that are a text', () => {
    const context = tcp({});
    expect([keyOf(contextOf('text', context)), keyOf(contextOf({}, context))]).toEqual([context, context]);
  });

  it('is the data if there is no context', () => {
    const data = {};
    expect(keyOf(contextOf(data))).toBe(data);
  });
});

interface User {
  readonly name: string;
}

@Controller()
class ReadingController {
  constructor(private readonly authenticator: JwtAuthenticator) {}

  @JwtRequired()
  @MessagePattern('parameters')
  parameters(
    @CurrentUser() user: User,
    @Jwt('sub') subject: string,
    @JwtHeader('alg') algorithm: string,
    @JwtIdentity() identity: string,
    @Ctx() context: object,
  ) {
    return { user, subject, algorithm, identity, location: getJwtContext(context)?.location };
  }

  @JwtRequired()
  @MessagePattern('text')
  text(@JwtIdentity() identity: string) {
    return { identity };
  }

  @MessagePattern('checked')
  async checked() {
    return { checked: (await this.authenticator.authenticateToken('not a token')).payload };
  }
}

describe('rpc.token', () => {
  const logger = new RecordingLogger();
  let [app, client]: [INestMicroservice | null, ClientProxy | null] = [null, null];

  async function ask(options: JwtExtendedOptions, pattern: string, data: unknown): Promise<unknown> {
    const server: MicroserviceOptions = {
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port: await freePort() },
    };
    app = await startMicroservice(server, options, [ReadingController]);
    app.useLogger(logger);
    client = clientOf(server);
    return firstValueFrom(client.send<unknown>(pattern, data).pipe(timeout(10_000))).catch((error: unknown) => error);
  }

  afterEach(async () => {
    await client?.close();
    await app?.close();
    Logger.overrideLogger(false);
    logger.errors.length = 0;
  });

  it('reads the token of the data, and every decorator reads its claims', async () => {
    const options: JwtExtendedOptions = {
      rpc: { token: ({ token }) => token as string },
      userLookup: ({ sub }) => ({ name: sub }),
    };
    expect(await ask(options, 'parameters', { token: forge() })).toEqual({
      user: { name: 'alice' },
      subject: 'alice',
      algorithm: 'HS256',
      identity: 'alice',
      location: 'transport',
    });
  });

  it('gets the data and the context of the handler', async () => {
    const seen: unknown[] = [];
    const token = (...args: unknown[]) => void seen.push(...args);
    await ask({ rpc: { token: token } }, 'text', 'a text');
    expect(seen).toEqual(['a text', expect.any(TcpContext)]);
  });

  it.each([null, undefined, ''])('means no token with %p', async (value) => {
    expect(await ask({ rpc: { token: () => value } }, 'text', 'a text')).toMatchObject({ code: 'JWT_MISSING' });
  });

  it.each([
    ['a promise', async () => Promise.resolve(forge())],
    ['a rejected promise', async () => Promise.reject(new Error('late'))],
    ['a number', () => 1],
    ['an object', () => ({ token: forge() })],
  ])('must return a text at once, and not %s', async (_name, token) => {
    const refused = await ask({ rpc: { token: token as unknown as () => string } }, 'text', 'a text');
    expect(refused).toEqual({ status: 'error', message: 'Internal server error' });
    expect(logger.errors.join()).toContain('rpc.token of JwtExtendedModule must return a string at once');
  });

  it('is not needed for authenticateToken(), whose exceptions reach the caller', async () => {
    expect(await ask({}, 'checked', {})).toMatchObject({ status: 'error', code: 'JWT_INVALID' });
  });

  it.each([
    [{ token: 'x' }, 'option "rpc.token" must be a function'],
    [{ tokens: () => 'x' }, 'option "rpc.tokens" does not exist'],
    ['x', 'option "rpc" must be an object'],
  ])('is checked at the start: %p', (rpc, message) => {
    const start = () => Test.createTestingModule({ imports: [jwtModule({ rpc } as JwtExtendedOptions)] }).compile();
    return expect(Promise.resolve().then(start)).rejects.toThrow(message);
  });
});

describe.each([false, true])('a hybrid application, inheritAppConfig %p,', (inheritAppConfig) => {
  let [app, client]: [INestApplication | null, ClientProxy | null] = [null, null];

  beforeAll(async () => {
    const server: MicroserviceOptions = {
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port: await freePort() },
    };
    const imports = [jwtModule({ rpc: { token: ({ token }) => (token ?? null) as string }, requireByDefault: true })];
    const module = await Test.createTestingModule({ imports, controllers: [ReadingController] }).compile();
    app = module.createNestApplication({ logger: false });
    app.connectMicroservice(server, { inheritAppConfig });
    await app.startAllMicroservices();
    await app.init();
    client = clientOf(server);
  });
  afterAll(async () => {
    await client?.close();
    await app?.close();
  });

  it.each([
    ['with a token', { token: forge() }, { identity: 'alice' }],
    ['without a token', {}, { status: 'error', code: 'JWT_MISSING', message: 'Missing Authorization Header' }],
    [
      'with an expired token',
      { token: forge({ exp: 1 }) },
      { status: 'error', code: 'JWT_EXPIRED', message: 'Token has expired' },
    ],
  ])('answers a message %s', async (_name, data, answer) => {
    const answered = firstValueFrom((client as ClientProxy).send<unknown>('text', data).pipe(timeout(10_000)));
    expect(await answered.catch((error: unknown) => error)).toEqual(answer);
  });
});
