import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { ClientProxyFactory, GrpcMethod, Transport, type ClientGrpc, type GrpcOptions } from '@nestjs/microservices';
import { withToken } from 'nestjs-jwt-extended/microservices';
import { firstValueFrom, type Observable } from 'rxjs';
import { freePort } from '../free-port.js';
import type { CallAnswer, HandlerName, TransportDriver } from './driver.js';
import { handlersOf } from './handlers.js';
import { startMicroservice } from './microservice.js';

const PROTO = join(dirname(fileURLToPath(import.meta.url)), '../handlers.proto');

/** The options of a server and of its clients. */
export async function grpcOptions(): Promise<GrpcOptions> {
  const options = { package: 'handlers', protoPath: PROTO, url: `127.0.0.1:${await freePort()}` };
  return { transport: Transport.GRPC, options };
}

/** A client for gRPC. */
export function grpcClient(server: GrpcOptions): ClientGrpc & { close(): void } {
  return ClientProxyFactory.create(server) as unknown as ClientGrpc & { close(): void };
}

/** The metadata of a call. */
export function grpcMetadata(token: string | null): Metadata {
  return token === null ? new Metadata() : withToken(new Metadata(), token);
}

type Method = (data: object, metadata: Metadata) => Observable<{ identity?: string }>;

const Handlers = handlersOf(Controller(), (name) => GrpcMethod('Handlers', capitalised(name)));

export const grpcDriver: TransportDriver = {
  name: 'gRPC',
  async start(options) {
    const server = await grpcOptions();
    const app = await startMicroservice(server, options, [Handlers]);
    const client = grpcClient(server);
    const service = client.getService<Record<HandlerName, Method>>('Handlers');
    return {
      async call(handler, token): Promise<CallAnswer> {
        try {
          const { identity = null } = await firstValueFrom(service[handler]({}, grpcMetadata(token)));
          return { ok: identity };
        } catch (error) {
          const { details, metadata } = error as ServiceError;
          return { code: String(metadata.get('jwt-code')[0]), message: details };
        }
      },
      async close() {
        client.close();
        await app.close();
      },
    };
  },
};

function capitalised(name: string): string {
  return name.replace(/^./, (letter) => letter.toUpperCase());
}
