import type { KeyOptions } from 'nestjs-jwt-extended';

/** The header of a token, with or without the name of its key. */
export const header = (kid?: string, alg = 'HS256') => (kid === undefined ? { alg } : { alg, kid });

/** An entry of the option `keys`: an HMAC secret made from its name. */
export const secret = (
  kid: string | null,
  use: KeyOptions['use'] = 'sign',
  key = `${kid}-`.repeat(32),
): KeyOptions => ({
  kid,
  use,
  key,
  algorithm: 'HS256',
});

export const NO_KEY = 'No key for this token';
