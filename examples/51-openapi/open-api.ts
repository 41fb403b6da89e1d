// #region openapi
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { documentJwt } from 'nestjs-jwt-extended/swagger';

export function serveOpenApi(app: INestApplication): void {
  const config = new DocumentBuilder().setTitle('Cats').build();
  const document = documentJwt(app, SwaggerModule.createDocument(app, config));
  // The page is at /openapi, the document at /openapi-json.
  SwaggerModule.setup('openapi', app, document);
}
// #endregion
