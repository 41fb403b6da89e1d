import { ConfigModule } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import { duration, JwtExtendedModule } from 'nestjs-jwt-extended';
import { ConfigService } from '@nestjs/config';
import { describeExample } from './example.js';

describeExample('52-configuration', (example) => {
  it('uses the secret of the environment', async () => {
    const token = await example.tokenFrom('POST /login', { username: 'alice' });
    expect((await example.request('GET /lifetime', { token })).status).toBe(200);
  });

  it.each([
    [{}, 'JWT_SECRET_KEY'],
    [{ JWT_SECRET_KEY: 'x'.repeat(32), JWT_TTL: 'soon' }, 'JWT_TTL'],
  ])('stops the start with the name of the variable: %j', async (variables, name) => {
    const module = JwtExtendedModule.forRootAsync({
      imports: [
        ConfigModule.forRoot({
          ignoreEnvFile: true,
          ignoreEnvVars: true,
          load: [() => variables],
          skipProcessEnv: true,
        }),
      ],
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        secret: config.getOrThrow<string>('JWT_SECRET_KEY'),
        accessTokenExpires: duration(config.get<string>('JWT_TTL', '15m'), 'JWT_TTL'),
      }),
    });
    await expect(Test.createTestingModule({ imports: [module] }).compile()).rejects.toThrow(name);
  });
});
