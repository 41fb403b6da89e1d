import { ModulesContainer, NestFactory } from '@nestjs/core';
import { GuardsConsumer } from '@nestjs/core/guards/guards-consumer.js';

/** Starts an application, and returns a function that calls its guard as Nest's guards consumer does: the arguments of a call. */
export async function guardCaller(protection) {
  const options = { logger: false, abortOnError: false };
  const context = await NestFactory.createApplicationContext(protection.rootModule(), options);
  const [controller] = [...context.get(ModulesContainer).values()].flatMap(({ controllers }) => [
    ...controllers.values(),
  ]);
  const { instance } = controller;
  const guards = [context.get(protection.guard, { strict: false })];
  const consumer = new GuardsConsumer();
  const call = (type, args) => consumer.tryActivate(guards, args, instance, instance.read, type);
  return { call, context };
}

/** As `guardCaller`, for HTTP requests with a header. */
export async function httpGuardCaller(protection) {
  const { call, context } = await guardCaller(protection);
  const response = {};
  const next = () => undefined;
  return {
    context,
    call(authorization) {
      const request = { method: 'GET', url: '/', headers: { authorization } };
      return call('http', [request, response, next]);
    },
  };
}
