import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { Environment } from './environment/environment.js';
import { walkThrough } from './walk-through.js';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  await app.listen(app.get(Environment).port);
  const { port } = new URL(await app.getUrl());
  console.log(walkThrough(`http://localhost:${port}`));
}
await bootstrap();
