import { ModulesContainer, NestFactory } from '@nestjs/core';
import { GuardsConsumer } from '@nestjs/core/guards/guards-consumer.js';

/** Has a protection's guard judge a header as Nest does, by its guards consumer, without HTTP. */
export async function guardCaller(protection) {
  const options = { logger: false, abortOnError: false };
  const context = await NestFactory.createApplicationContext(protection.rootModule(), options);
  const [controller] = [...context.get(ModulesContainer).values()].flatMap(({ controllers }) => [
    ...controllers.values(),
  ]);
  const { instance } = controller;
  const guards = [context.get(protection.guard, { strict: false })];
  const consumer = new GuardsConsumer();
  const response = {};
  const next = () => undefined;
  return (authorization) => {
    const request = { method: 'GET', url: '/', headers: { authorization } };
    return consumer.tryActivate(guards, [request, response, next], instance, instance.read, 'http');
  };
}
