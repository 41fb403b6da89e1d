// Starts an application with an OpenAPI document and a cache. If everything works, it ends with 0 and prints nothing.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { CacheModule } from '@nestjs/cache-manager';
import { Controller, Get, Module, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { JwtExtendedModule, JwtRequired, Public, TokenService } from 'nestjs-jwt-extended';
import { JwtCacheInterceptor } from 'nestjs-jwt-extended/cache';
import { documentJwt } from 'nestjs-jwt-extended/swagger';

@Controller()
class AppController {
  private calls = 0;

  @JwtRequired()
  @UseInterceptors(JwtCacheInterceptor)
  @Get('cached')
  cached(): { calls: number } {
    return { calls: ++this.calls };
  }

  @Public()
  @Get('open')
  open(): void {}
}

@Module({
  imports: [
    CacheModule.register({ ttl: 60_000 }),
    JwtExtendedModule.forRoot({ secret: 'an HMAC secret of 32 bytes, 256 bits' }),
  ],
  controllers: [AppController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
const { paths, components } = documentJwt(app, SwaggerModule.createDocument(app, new DocumentBuilder().build()));
assert.deepEqual(Object.keys(components?.securitySchemes ?? {}), ['bearer']);
assert.deepEqual(paths['/cached']?.get?.security, [{ bearer: [] }]);
assert.deepEqual(Object.keys(paths['/cached']?.get?.responses ?? {}), ['200', '401', '422']);
assert.deepEqual(paths['/open']?.get?.security, []);

await app.listen(0, '127.0.0.1');
const url = `${await app.getUrl()}/cached`;
const ask = async (token: string) => {
  const answer = await fetch(url, { headers: { Authorization: `Bearer ${token}`, Connection: 'close' } });
  return answer.status === 200 ? await answer.json() : answer.status;
};
const tokens = app.get(TokenService);
const [alice, bob] = await Promise.all([tokens.createAccessToken('alice'), tokens.createAccessToken('bob')]);
assert.deepEqual(await ask(alice), { calls: 1 });
assert.deepEqual(await ask(alice), { calls: 1 });
assert.deepEqual(await ask(bob), { calls: 2 });
assert.equal(await ask(`${bob}x`), 422);
await app.close();
