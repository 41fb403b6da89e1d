import type { JwtExtendedOptions } from 'nestjs-jwt-extended';

/**
 * The whole of the tests can run with the cache of verified tokens off (`TEST_CACHE=off`) or of one token
 * (`TEST_CACHE=one`); what they prove holds in each. A test that is about the cache says for itself.
 */
const MODES: Readonly<Record<string, Pick<JwtExtendedOptions, 'cache'>>> = {
  on: {},
  off: { cache: false },
  one: { cache: { maxTokens: 1 } },
};

export function cacheMode(): Pick<JwtExtendedOptions, 'cache'> {
  const { TEST_CACHE: name = 'on' } = process.env;
  const mode = MODES[name];
  if (mode === undefined) throw new Error(`TEST_CACHE is "${name}"; it may be ${Object.keys(MODES).join(', ')}.`);
  return mode;
}
