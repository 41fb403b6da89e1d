import type { JwtExtendedOptions } from 'nestjs-jwt-extended';

/**
 * All tests can run without the cache of verified tokens (`TEST_CACHE=off`) or with a cache of one token (`TEST_CACHE=one`),
 * and must pass. A test of the cache sets its own options.
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
