import { Controller, Delete, Get, HttpCode, Patch, Post, Put, type ExecutionContext, type Type } from '@nestjs/common';
import { JwtRequired, type JwtRequirement } from 'nestjs-jwt-extended';
import { CurrentContext } from '../execution.js';

/** A route for all methods of the recorded application. It needs several handlers, because a handler of Nest has one method. */
export abstract class EveryMethod {
  @Get()
  get(@CurrentContext() context: ExecutionContext): unknown {
    return this.answer(context);
  }

  @Post()
  @HttpCode(200)
  post(@CurrentContext() context: ExecutionContext): unknown {
    return this.answer(context);
  }

  @Put()
  put(@CurrentContext() context: ExecutionContext): unknown {
    return this.answer(context);
  }

  @Patch()
  patch(@CurrentContext() context: ExecutionContext): unknown {
    return this.answer(context);
  }

  @Delete()
  delete(@CurrentContext() context: ExecutionContext): unknown {
    return this.answer(context);
  }

  protected abstract answer(context: ExecutionContext): unknown;
}

/** A controller at a path. A requirement protects all of its handlers. */
export function routeAt(path: string, Handlers: Type, requirement?: JwtRequirement): Type {
  class Route extends Handlers {}
  Controller(path)(Route);
  if (requirement) JwtRequired(requirement)(Route);
  return Route;
}
