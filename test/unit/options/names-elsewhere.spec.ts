import { JwtExtendedModule, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { NAMES_ELSEWHERE } from '../../../src/options/names-elsewhere.js';
import { SECRET } from '../../support/forge.js';

/** Options with a value at a path such as `cookies.maxAge`. */
function optionsWith(path: string): object {
  return path.split('.').reduceRight((value: unknown, name) => ({ [name]: value }), 1) as object;
}

function refusal(options: object): string {
  try {
    resolveSettings({ secret: SECRET, ...options });
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
  throw new Error('These options were accepted');
}

describe('a name that other libraries use', () => {
  it.each(Object.entries(NAMES_ELSEWHERE))('%s causes a message with the name in this library', (path, cure) => {
    expect(refusal(optionsWith(path))).toBe(`JwtExtendedModule option "${path}" does not exist. ${cure}`);
  });

  it.each([
    ['expiresIn', 'accessTokenExpires'],
    ['signOptions', 'accessTokenExpires'],
    ['verifyOptions', 'decodeAlgorithms'],
    ['secretOrKey', 'secret'],
    ['secretOrPrivateKey', 'privateKey'],
    ['secretOrKeyProvider', 'jwks'],
    ['jwtFromRequest', 'tokenLocation'],
    ['ignoreExpiration', 'allowExpired: true'],
    ['algorithms', 'decodeAlgorithms'],
    ['global', 'isGlobal'],
    ['isRevoked', 'isTokenRevoked'],
    ['useFactory', 'forRootAsync'],
  ])('%s is %s in this library', (name, here) => {
    expect(refusal({ [name]: 1 })).toContain(here);
  });
});

describe('forRootAsync()', () => {
  const factory = { useFactory: (): JwtExtendedOptions => ({ secret: SECRET }) };
  const start = (options: object) => () => JwtExtendedModule.forRootAsync({ ...factory, ...options });

  it.each([
    [{ global: true }, 'has no option "global". Write isGlobal.'],
    [{ secret: SECRET }, 'has no option "secret". Return the options of the module from useFactory.'],
    [{ isGlobl: true }, 'has no option "isGlobl".'],
  ])('refuses a name that it does not have: %j', (options, message) => {
    expect(start(options)).toThrow(TypeError);
    expect(start(options)).toThrow(`JwtExtendedModule.forRootAsync() ${message}`);
  });

  it('accepts its own names', () => {
    expect(start({ imports: [], inject: [], extraProviders: [], isGlobal: false, globalGuard: true })).not.toThrow();
  });
});

describe('isGlobal, globalGuard and globalFilter', () => {
  it.each(['isGlobal', 'globalGuard', 'globalFilter'])('%s must be a boolean', (name) => {
    for (const value of ['', 'false', 0, 1, null, {}]) {
      const message = `JwtExtendedModule option "${name}" must be true or false`;
      expect(() => JwtExtendedModule.forRoot({ secret: SECRET, [name]: value })).toThrow(message);
      const async = { useFactory: () => ({ secret: SECRET }), [name]: value };
      expect(() => JwtExtendedModule.forRootAsync(async)).toThrow(message);
    }
    expect(() => JwtExtendedModule.forRoot({ secret: SECRET, [name]: undefined })).not.toThrow();
  });
});
