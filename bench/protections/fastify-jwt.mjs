import fastifyJwt from '@fastify/jwt';
import { Injectable, UnauthorizedException } from '@nestjs/common';
import { pluginOptions } from '../contenders/fastify-jwt.mjs';

class FastifyJwtGuard {
  async canActivate(context) {
    try {
      await context.switchToHttp().getRequest().jwtVerify();
    } catch {
      throw new UnauthorizedException();
    }
    return true;
  }
}
Injectable()(FastifyJwtGuard);

export async function fastifyJwtGuard({ algorithm, keys, cache }) {
  return {
    name: `@fastify/jwt${cache ? ' with its cache' : ''}`,
    adapters: ['fastify'],
    providers: [FastifyJwtGuard],
    guard: FastifyJwtGuard,
    prepare: (app) => app.register(fastifyJwt, pluginOptions(algorithm, keys, cache)),
  };
}
