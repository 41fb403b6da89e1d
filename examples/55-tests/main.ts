// An application with tests: with real tokens, with a replaced guard, and with every kind of bad token.
//
//   curl -s localhost:3000
//   # Hello World!
//   curl -s localhost:3000/me -H "Authorization: Bearer $(curl -s localhost:3000/token)"
//   # {"identity":"alice","city":"Paris"}
import { randomBytes } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

process.env.JWT_SECRET_KEY ??= randomBytes(32).toString('hex');

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
