import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import { documentJwt } from 'nestjs-jwt-extended/swagger';

const DESCRIPTION = `Log in with \`POST /auth/login\`. Press Authorize, and enter the access token as \`bearer\` and the refresh token as
\`bearer-refresh\`. The routes below \`/auth/session\` are for browsers: their log-in sets cookies, which the browser sends itself.`;

/** The page of Swagger UI has styles and pictures in its markup, and writes markup with scripts. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join(';');

/** Describes all routes, with the tokens that they need. */
export function openApiOf(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder().setTitle('A sample of nestjs-jwt-extended').setDescription(DESCRIPTION);
  return documentJwt(app, SwaggerModule.createDocument(app, builder.build()));
}

/** Serves the document at `/openapi-json`, and a page for trying the routes at `/openapi`. */
export function serveOpenApi(app: NestExpressApplication): void {
  app.use('/openapi', (_request: Request, response: Response, next: NextFunction) => {
    response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    next();
  });
  SwaggerModule.setup('openapi', app, openApiOf(app));
}
