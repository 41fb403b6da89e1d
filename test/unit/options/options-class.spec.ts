import { Test } from '@nestjs/testing';
import {
  JwtExtendedModule,
  TokenService,
  type JwtExtendedOptions,
  type JwtExtendedOptionsFactory,
} from 'nestjs-jwt-extended';
import { readToken, SECRET } from '../../support/forge.js';

/** Options as a class, with a getter and a method that reads a private field. */
class MethodOptions implements JwtExtendedOptions {
  readonly secret = SECRET;
  #tenant = 'acme';

  get accessTokenExpires() {
    return 60;
  }

  additionalClaims() {
    return { tenant: this.#tenant };
  }
}

class MethodOptionsFactory implements JwtExtendedOptionsFactory {
  createJwtExtendedOptions() {
    return new MethodOptions();
  }
}

describe('options that are an instance of a class', () => {
  it.each([
    ['forRoot', () => JwtExtendedModule.forRoot(new MethodOptions())],
    ['a factory', () => JwtExtendedModule.forRootAsync({ useFactory: () => new MethodOptions() })],
    ['an options factory', () => JwtExtendedModule.forRootAsync({ useClass: MethodOptionsFactory })],
  ])('have their methods and getters: by %s', async (_how, jwt) => {
    const module = await Test.createTestingModule({ imports: [jwt()] }).compile();
    const { claims } = readToken(await module.get(TokenService).createAccessToken('alice'));
    expect(claims.tenant).toBe('acme');
    expect(Number(claims.exp) - Number(claims.iat)).toBe(60);
  });
});
