import fastifyJwt from '@fastify/jwt';
import fastify from 'fastify';

export const name = '@fastify/jwt';

/** The options of the plugin for a pair of keys. */
export function pluginOptions(algorithm, keys, cache) {
  const secret = algorithm === 'HS256' ? keys.signingText : { private: keys.signingText, public: keys.verifyingText };
  return { secret, sign: { algorithm }, verify: { algorithms: [algorithm], cache } };
}

export async function create(algorithm, keys) {
  const lean = await instance(pluginOptions(algorithm, keys, false));
  const cached = await instance(pluginOptions(algorithm, keys, true));
  return {
    verifiers: [
      { name: '@fastify/jwt', run: (token) => lean.jwt.verify(token) },
      { name: '@fastify/jwt with its cache', remembers: true, run: (token) => cached.jwt.verify(token) },
    ],
    signers: [{ name: '@fastify/jwt', run: (claims) => lean.jwt.sign(claims) }],
  };
}

async function instance(options) {
  const server = fastify();
  await server.register(fastifyJwt, options);
  await server.ready();
  return server;
}
