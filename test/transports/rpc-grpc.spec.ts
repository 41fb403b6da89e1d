import type { Metadata, ServerDuplexStream, ServerReadableStream, ServiceError } from '@grpc/grpc-js';
import { Controller, type INestMicroservice } from '@nestjs/common';
import { GrpcMethod, GrpcStreamCall, GrpcStreamMethod, type ClientGrpc } from '@nestjs/microservices';
import { ExpiredTokenException, JwtRequired, RevocationUnavailableException } from 'nestjs-jwt-extended';
import { catchError, firstValueFrom, of, type Observable } from 'rxjs';
import { forge } from '../support/forge.js';
import { grpcClient, grpcMetadata, grpcOptions } from '../support/transport-drivers/grpc.js';
import { startMicroservice } from '../support/transport-drivers/microservice.js';

interface Down {
  identity: string;
}

@Controller()
class StreamsController {
  @JwtRequired()
  @GrpcMethod('Streams', 'Down')
  down() {
    return of({ identity: 'down' });
  }

  @JwtRequired()
  @GrpcStreamMethod('Streams', 'Up')
  up() {
    return of({ identity: 'up' });
  }

  @JwtRequired()
  @GrpcStreamMethod('Streams', 'Both')
  both() {
    return of({ identity: 'both' });
  }

  @JwtRequired()
  @GrpcStreamCall('Streams', 'CallUp')
  callUp(_call: ServerReadableStream<object, Down>, answer: (error: null, seen: Down) => void) {
    answer(null, { identity: 'call up' });
  }

  @JwtRequired({ scopes: 'admin' })
  @GrpcStreamCall('Streams', 'CallBoth')
  callBoth(call: ServerDuplexStream<object, Down>) {
    call.write({ identity: 'call both' });
    call.end();
  }
}

@Controller()
class FailingController {
  @GrpcMethod('Handlers', 'Plain')
  plain() {
    throw new ExpiredTokenException();
  }

  @GrpcMethod('Handlers', 'Fresh')
  async fresh() {
    await Promise.resolve();
    throw new RevocationUnavailableException('the store does not answer');
  }

  @GrpcMethod('Handlers', 'Refresh')
  refresh() {
    throw new Error('an error of the application');
  }
}

type Method = (data: unknown, metadata: Metadata) => Observable<Down>;
type Methods = Record<string, Method>;

/** The first answer, or the status. */
async function answerOf(answer: Observable<Down>): Promise<unknown> {
  const first = answer.pipe(
    catchError(({ code, details, metadata }: ServiceError) => of({ code, details, jwt: metadata.get('jwt-code')[0] })),
  );
  return firstValueFrom(first);
}

describe('gRPC', () => {
  let [app, client]: [INestMicroservice | null, (ClientGrpc & { close(): void }) | null] = [null, null];
  const methods = (service: string) => (client as ClientGrpc).getService<Methods>(service);

  beforeAll(async () => {
    const server = await grpcOptions();
    app = await startMicroservice(server, {}, [StreamsController, FailingController]);
    client = grpcClient(server);
  });
  afterAll(async () => {
    client?.close();
    await app?.close();
  });

  const MISSING = { code: 16, details: 'Missing Authorization Header', jwt: 'JWT_MISSING' };

  it.each([
    ['down', {}],
    ['up', of({})],
    ['both', of({})],
    ['callUp', of({})],
    ['callBoth', of({})],
  ])('answers a stream without a token: %s', async (name, data) => {
    const method = methods('Streams')[name] as Method;
    expect(await answerOf(method(data, grpcMetadata(null)))).toEqual(MISSING);
  });

  it.each([
    ['down', {}, 'down'],
    ['up', of({}), 'up'],
    ['both', of({}), 'both'],
    ['callUp', of({}), 'call up'],
    ['callBoth', of({}), 'call both'],
  ])('serves a stream with a token: %s', async (name, data, identity) => {
    const method = methods('Streams')[name] as Method;
    expect(await answerOf(method(data, grpcMetadata(forge({ scope: 'admin' }))))).toEqual({ identity });
  });

  it('has the status PERMISSION_DENIED for a missing scope', async () => {
    const refused = await answerOf((methods('Streams').callBoth as Method)(of({}), grpcMetadata(forge())));
    expect(refused).toEqual({ code: 7, details: 'Insufficient scope', jwt: 'JWT_INSUFFICIENT_SCOPE' });
  });

  it.each([
    ['plain', { code: 16, details: 'Token has expired', jwt: 'JWT_EXPIRED' }],
    ['fresh', { code: 14, details: 'the store does not answer', jwt: 'JWT_REVOCATION_UNAVAILABLE' }],
    ['refresh', { code: 2, details: 'Internal server error', jwt: undefined }],
  ])('answers an exception of a handler: %s', async (name, status) => {
    const method = methods('Handlers')[name] as Method;
    expect(await answerOf(method({}, grpcMetadata(null)))).toEqual(status);
  });
});
