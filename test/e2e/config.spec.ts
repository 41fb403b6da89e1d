import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Module } from '@nestjs/common';
import { ConfigModule, ConfigService, registerAs } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import { Jwt, JwtExtendedModule, JwtRequired, TokenService, type JwtPayload } from 'nestjs-jwt-extended';
import { jwtEnv } from 'nestjs-jwt-extended/config';
import { ADAPTERS, startApp } from '../support/adapters.js';
import { SECRET } from '../support/forge.js';
import { send } from '../support/http-client.js';
import { NEST_VERSION } from '../support/nest-version.js';

@Controller()
class LifetimeController {
  @JwtRequired()
  @Get('lifetime')
  lifetime(@Jwt() { iat, exp, iss }: JwtPayload) {
    return { seconds: Number(exp) - Number(iat), iss };
  }
}

const jwtConfig = registerAs('jwt', () => ({ ...jwtEnv.options(), encodeNotBefore: false }));

/** How `ConfigModule` gets the schema. Before version 12, `validationSchema` is a schema of Joi. */
const WAYS = [
  ['validate', { validate: jwtEnv.validate }],
  ['validationSchema', { validationSchema: jwtEnv }],
] as const;

let folder: string;
const before = { ...process.env };

function environment(lines: readonly string[]): string {
  const file = join(folder, '.env');
  writeFileSync(file, lines.join('\n'));
  return file;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  // ConfigModule copies the variables of the file into the environment of the process.
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
});

describe.each(WAYS.slice(0, NEST_VERSION === 12 ? 2 : 1))('jwtEnv as %s of @nestjs/config', (_name, way) => {
  const importsFrom = (lines: readonly string[]) => [
    ConfigModule.forRoot({ envFilePath: environment(lines), ...(way as object) }),
    JwtExtendedModule.forRootAsync(jwtConfig.asProvider()),
  ];

  it.each(ADAPTERS)('passes the variables of a file to the module on %s', async (adapter) => {
    const lines = [`JWT_SECRET_KEY=${SECRET}`, 'JWT_ACCESS_TOKEN_EXPIRES=120', 'JWT_ENCODE_ISSUER=us', 'OTHER=1'];
    const { app, url, close } = await startApp(adapter, {
      imports: importsFrom(lines),
      controllers: [LifetimeController],
    });
    try {
      const token = await app.get(TokenService, { strict: false }).createAccessToken('alice');
      expect(await send('GET', `${url}/lifetime`, { token })).toEqual({
        status: 200,
        body: { seconds: 120, iss: 'us' },
      });
      const config = app.get(ConfigService, { strict: false });
      expect(config.get('OTHER')).toBe('1');
      expect(config.get('JWT_ACCESS_TOKEN_EXPIRES')).toBe('120');
      expect(config.get('jwt.accessTokenExpires')).toBe(120);
    } finally {
      await close();
    }
  });

  it('stops the start with the names of all wrong variables', async () => {
    const start = async () => {
      @Module({ imports: importsFrom([`JWT_SECRET_KEY=${SECRET}`, 'JWT_COOKIE_SECURE=yes', 'JWT_ALGORTIHM=HS512']) })
      class AppModule {}
      await Test.createTestingModule({ imports: [AppModule] }).compile();
    };
    const started = start();
    await expect(started).rejects.toThrow(/JWT_COOKIE_SECURE:? must be true or false; it is "yes"\./);
    await expect(started).rejects.toThrow(/JWT_ALGORTIHM:? does not exist\. Did you mean JWT_ALGORITHM\?/);
    await expect(started).rejects.not.toThrow(SECRET);
  });
});
