import { ModulesContainer, NestFactory } from '@nestjs/core';
import { GuardsConsumer } from '@nestjs/core/guards/guards-consumer.js';

/** Starts an application, and returns a function that calls its guard for a header. Nest's guards consumer calls the guard. */
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
  const call = (authorization) => {
    const request = { method: 'GET', url: '/', headers: { authorization } };
    return consumer.tryActivate(guards, [request, response, next], instance, instance.read, 'http');
  };
  return { call, context };
}
