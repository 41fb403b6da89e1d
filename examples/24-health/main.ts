// A health check shows whether the store of sessions and the keys of an identity provider can be used.
//
//   curl -s localhost:3000/health
//   # {"status":"ok","info":{"jwt-store":{"status":"up"}},"error":{},"details":{"jwt-store":{"status":"up"}}}
//   curl -s localhost:3000/health/keys
//   # {"status":"error","info":{},"error":{"jwt-keys":{"status":"down","message":"The keys of an identity provider are missing.","unavailable":["jwks"]}},"details":{"jwt-keys":{"status":"down","message":"The keys of an identity provider are missing.","unavailable":["jwks"]}}}
import { randomBytes } from 'node:crypto';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { JwtExtendedModule, MemoryRevocationStore } from 'nestjs-jwt-extended';
import { JwtHealthIndicator } from 'nestjs-jwt-extended/terminus';
import { HealthController } from './health.controller.js';

@Module({
  imports: [
    TerminusModule.forRoot({ logger: false }),
    JwtExtendedModule.forRoot({
      secret: process.env.JWT_SECRET_KEY ?? randomBytes(32),
      requireByDefault: true,
      revocation: { store: new MemoryRevocationStore() },
      // No provider runs at this address, so that you see a check that fails.
      jwks: {
        issuer: 'https://login.example.com',
        audience: 'https://api.example.com',
        uri: process.env.PROVIDER_KEYS ?? 'http://localhost:3001/keys',
      },
    }),
  ],
  controllers: [HealthController],
  providers: [JwtHealthIndicator],
})
class AppModule {}

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
