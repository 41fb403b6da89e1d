import { createSigner, createVerifier } from 'fast-jwt';

export const name = 'fast-jwt';

export function create(algorithm, keys) {
  const lean = createVerifier({ key: keys.verifyingText, algorithms: [algorithm], cache: false });
  const cached = createVerifier({ key: keys.verifyingText, algorithms: [algorithm], cache: true });
  const sign = createSigner({ key: keys.signingText, algorithm });
  return {
    verifiers: [
      { name: 'fast-jwt', run: (token) => lean(token) },
      { name: 'fast-jwt with its cache', remembers: true, run: (token) => cached(token) },
    ],
    signers: [{ name: 'fast-jwt', run: (claims) => sign(claims) }],
  };
}
