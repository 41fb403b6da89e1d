import { Test } from '@nestjs/testing';
import { JwtExtendedModule, TokenService, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { cacheMode } from './cache-mode.js';
import { SECRET } from './forge.js';

/** A TokenService with these options, which need no secret. */
export async function tokenService(options: JwtExtendedOptions = {}): Promise<TokenService> {
  const imports = [JwtExtendedModule.forRoot({ secret: SECRET, ...cacheMode(), ...options })];
  const module = await Test.createTestingModule({ imports }).compile();
  return module.get(TokenService);
}

/** The error that some work throws, or `undefined`. */
export async function errorOf(work: () => unknown): Promise<Error | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
