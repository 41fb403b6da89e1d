import { Logger } from '@nestjs/common';
import type { JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { withJwtApp } from '../support/jwt-app.js';
import { RecordingLogger } from '../support/recording-logger.js';

const ENVIRONMENT = process.env.NODE_ENV;
afterEach(() => {
  if (ENVIRONMENT === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = ENVIRONMENT;
});

const provider = {
  issuer: 'https://idp.example',
  uri: 'https://idp.example/keys',
  audience: 'api',
  fetch: async () => new Response(null, { status: 404 }),
};

describe.each(ADAPTERS)('The start in production on %s', (adapter) => {
  async function warningsWith(options: JwtExtendedOptions, environment = 'production'): Promise<string[]> {
    process.env.NODE_ENV = environment;
    const logger = new RecordingLogger();
    await withJwtApp(adapter, { options, prepare: () => Logger.overrideLogger(logger) }, async () => undefined);
    return logger.warnings.filter((warning) => warning.includes('requiredClaims'));
  }

  it.each<[JwtExtendedOptions, string, string]>([
    [{}, 'A token without exp or jti is accepted', "requiredClaims: ['exp', 'jti']"],
    [{ requiredClaims: ['exp'] }, 'A token without jti is accepted', "requiredClaims: ['exp', 'jti']"],
    [{ requiredClaims: ['aud', 'jti'] }, 'A token without exp is accepted', "requiredClaims: ['aud', 'jti', 'exp']"],
    [{ jwks: provider }, 'A token without exp is accepted', "requiredClaims: ['exp']"],
  ])('warns once about claims that %j does not require', async (options, problem, cure) => {
    expect(await warningsWith(options)).toEqual([expect.stringContaining(problem)]);
    expect(await warningsWith(options)).toEqual([expect.stringContaining(cure)]);
  });

  it.each<JwtExtendedOptions>([
    { requiredClaims: ['exp', 'jti'] },
    { accessTokenExpires: false },
    { refreshTokenExpires: false },
    { jwks: provider, requiredClaims: ['exp'] },
  ])('does not warn with %j', async (options) => {
    expect(await warningsWith(options)).toEqual([]);
  });

  it.each(['development', 'test', ''])('does not warn with NODE_ENV=%s', async (environment) => {
    expect(await warningsWith({}, environment)).toEqual([]);
  });
});
