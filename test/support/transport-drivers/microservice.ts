import { Controller, type INestMicroservice } from '@nestjs/common';
import { MessagePattern, type ClientProxy, type MicroserviceOptions } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { firstValueFrom, timeout } from 'rxjs';
import { jwtModule, type JwtAppSetup } from '../jwt-app.js';
import type { CallAnswer } from './driver.js';
import { handlersOf } from './handlers.js';

/** The controller of the drivers for Nest's microservices, except gRPC. */
export const MessageHandlers = handlersOf(Controller(), (name) => MessagePattern(name));

/** Starts a microservice with the module. */
export async function startMicroservice(
  server: MicroserviceOptions,
  options: JwtAppSetup['options'],
  controllers: JwtAppSetup['controllers'] = [MessageHandlers],
): Promise<INestMicroservice> {
  const module = await Test.createTestingModule({ imports: [jwtModule(options)], controllers }).compile();
  const app = module.createNestMicroservice<MicroserviceOptions>({ ...server, logger: false });
  await app.listen();
  return app;
}

/** Sends a message and waits for its answer. */
export async function askMessage(
  client: Pick<ClientProxy, 'send'>,
  pattern: unknown,
  data: unknown,
): Promise<CallAnswer> {
  const answer = firstValueFrom(client.send<{ identity: unknown }>(pattern, data).pipe(timeout(10_000)));
  return answer.then(({ identity }) => ({ ok: identity }), refusalOf);
}

/** The refusal in an error of a client. Every other error is a fault of the test. */
function refusalOf(error: unknown): CallAnswer {
  const { status, code, message } = error as { status?: unknown; code: string; message: string };
  if (status !== 'error' || typeof code !== 'string') throw error;
  return { code, message };
}
