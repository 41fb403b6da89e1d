import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { methodNames, methodOf } from '../routes/handler-names.js';
import { GATEWAY, MESSAGE_MARKS } from '../routes/nest-metadata.js';
import type { Handler } from '../routes/route-rules.js';

/** A module of Nest, whose class Nest does not export. */
export type NestModule = ModulesContainer extends Map<string, infer M> ? M : never;

/** The classes of a module whose methods Nest calls for messages or events. */
export function messageClassesOf({ controllers, providers }: NestModule): Type[] {
  return [...controllers.values(), ...providers.values()].map(({ metatype }) => metatype).filter(isMessageClass);
}

/** Whether Nest calls a method of the class for a message with one of these marks. */
export function hasMark(controller: Type, marks: readonly string[]): boolean {
  const methods = methodNames(controller).map((name) => methodOf(controller, name) as Handler);
  return methods.some((method) => marks.some((mark) => Reflect.hasMetadata(mark, method)));
}

/** Whether the class is a gateway, with or without handlers of messages. */
export function isGateway(controller: object): boolean {
  return Reflect.hasMetadata(GATEWAY, controller);
}

function isMessageClass(value: unknown): value is Type {
  if (typeof value !== 'function' || typeof value.prototype !== 'object') return false;
  return isGateway(value) || hasMark(value as Type, MESSAGE_MARKS);
}
