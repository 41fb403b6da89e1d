import { jwtVerify, SignJWT } from 'jose';

export const name = 'jose';

export function create(algorithm, keys) {
  const header = { alg: algorithm, typ: 'JWT' };
  const options = { algorithms: [algorithm] };
  return {
    verifiers: [{ name: 'jose', isAsync: true, run: (token) => jwtVerify(token, keys.verifying, options) }],
    signers: [
      {
        name: 'jose',
        isAsync: true,
        run: (claims) => new SignJWT(claims).setProtectedHeader(header).sign(keys.signing),
      },
    ],
  };
}
