// The OpenAPI document shows which operations need a token, and how they refuse.
//
//   curl -s localhost:3000/openapi-json | node -p 'JSON.stringify(JSON.parse(fs.readFileSync(0)).paths["/cats"].delete.security)'
//   # [{"bearer":[]}]
//   curl -s localhost:3000/openapi-json | node -p 'JSON.stringify(JSON.parse(fs.readFileSync(0)).paths["/cats"].get.security)'
//   # []
//   curl -s localhost:3000/openapi-json | node -p 'Object.keys(JSON.parse(fs.readFileSync(0)).paths["/cats"].delete.responses).join(" ")'
//   # 200 401 403 422
import { randomBytes } from 'node:crypto';
import { Controller, Delete, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtExtendedModule, JwtRequired } from 'nestjs-jwt-extended';
import { serveOpenApi } from './open-api.js';

// #region controller
@Controller('cats')
class CatsController {
  @Get()
  list() {
    return [];
  }

  @JwtRequired({ scopes: 'cats:write' })
  @Delete()
  clear() {
    return [];
  }
}
// #endregion

@Module({
  imports: [JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY ?? randomBytes(32) })],
  controllers: [CatsController],
})
class AppModule {}

// #region main
export const app = await NestFactory.create(AppModule);
serveOpenApi(app);
await app.listen(process.env.PORT ?? 3000);
// #endregion
