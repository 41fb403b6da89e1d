// Calls the decorators as functions, because these files are not compiled.
import { Controller, Get, UseGuards } from '@nestjs/common';

/** A controller with one route, which returns a small JSON object. */
export function controllerWith({ guard, decorators = [] }) {
  class BenchController {
    read() {
      return { hello: 'world' };
    }
  }
  const { prototype } = BenchController;
  const onMethod = [Get('/'), ...decorators, ...(guard === undefined ? [] : [UseGuards(guard)])];
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'read');
  for (const decorate of onMethod) decorate(prototype, 'read', descriptor);
  Controller()(BenchController);
  return BenchController;
}
