import { ClientProxyFactory, type ClientProxy, type MicroserviceOptions } from '@nestjs/microservices';
import type { JwtExtendedOptions } from 'nestjs-jwt-extended';
import { withToken } from 'nestjs-jwt-extended/microservices';
import { NEST_VERSION } from '../nest-version.js';
import type { RunningTransport } from './driver.js';
import { askMessage, startMicroservice } from './microservice.js';

/** The client of a server with the same options. */
export function clientOf(server: MicroserviceOptions): ClientProxy {
  return ClientProxyFactory.create(server as Parameters<typeof ClientProxyFactory.create>[0]);
}

/** TCP and Redis have no metadata on Nest 11, so the token is in the data there. */
const IN_DATA: JwtExtendedOptions =
  NEST_VERSION === 11 ? { rpc: { token: (data: { token?: string }) => data.token ?? null } } : {};

/** Serves the handlers over a transport whose packets have metadata since Nest 12. */
export async function runWithPackets(
  server: MicroserviceOptions,
  options: JwtExtendedOptions | undefined,
): Promise<RunningTransport> {
  const app = await startMicroservice(server, { ...IN_DATA, ...options });
  const client = clientOf(server);
  return {
    call(handler, token) {
      if (token === null) return askMessage(client, handler, {});
      return NEST_VERSION === 11
        ? askMessage(client, handler, { token })
        : askMessage(withToken(client, token), handler, {});
    },
    async close() {
      await client.close();
      await app.close();
    },
  };
}

/** Serves the handlers over a transport that every version of Nest has metadata for. */
export async function runWithMetadata(
  server: MicroserviceOptions,
  options: JwtExtendedOptions | undefined,
): Promise<RunningTransport> {
  const app = await startMicroservice(server, options);
  const client = clientOf(server);
  return {
    call: (handler, token) => askMessage(token === null ? client : withToken(client, token), handler, {}),
    async close() {
      await client.close();
      await app.close();
    },
  };
}
