import { BadRequestException, type INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Above the largest body of the scenarios. */
const BODY_LIMIT = 1_000_000;

/** Parses JSON of every media type and shape, and forms. Ignores bodies of other types. */
export const parseBodies = {
  express(app: INestApplication): void {
    const express = app as NestExpressApplication;
    const type = ['application/json', 'application/*+json'];
    express.useBodyParser('json', { type, strict: false, limit: BODY_LIMIT });
    express.useBodyParser('urlencoded', { extended: false, limit: BODY_LIMIT });
  },

  fastify(app: INestApplication): void {
    const fastify = app as NestFastifyApplication;
    const options = { bodyLimit: BODY_LIMIT };
    fastify.useBodyParser('application/x-www-form-urlencoded', options);
    for (const type of ['application/json', /^application\/[^\s;]+\+json(?:\s*;|$)/i]) {
      fastify.useBodyParser(type, options, (_request, body, done) => {
        try {
          done(null, body.length === 0 ? undefined : JSON.parse(body.toString('utf8')));
        } catch (error) {
          done(new BadRequestException('The body is not JSON.', { cause: error }));
        }
      });
    }
    fastify.useBodyParser('*', options, (_request, _body, done) => done(null));
  },
};
