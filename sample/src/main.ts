import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { Environment } from './environment/environment.js';
import { serveOpenApi } from './openapi.js';
import { servePage } from './page.js';
import { walkThrough } from './walk-through.js';

async function bootstrap() {
  const app = await NestFactory.create<NestExpressApplication>(AppModule);
  const environment = app.get(Environment);
  servePage(app, { secure: environment.isProduction });
  serveOpenApi(app);
  await app.listen(environment.port);
  const { port } = new URL(await app.getUrl());
  console.log(walkThrough(`http://localhost:${port}`));
}
await bootstrap();
