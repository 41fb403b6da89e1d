import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { documentJwt } from 'nestjs-jwt-extended/swagger';

/** Serves the OpenAPI page at /api, and the document at /api-json. */
export function setUpOpenApi(app: INestApplication): void {
  const config = new DocumentBuilder().setTitle('API').build();
  SwaggerModule.setup('api', app, () =>
    documentJwt(app, SwaggerModule.createDocument(app, config)),
  );
}
