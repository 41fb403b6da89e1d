// Starts one application with one route in its own process. It reports its CPU time to the parent.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { keysOfTexts } from '../harness/keys.mjs';
import { setUp } from '../protections/index.mjs';

const ADAPTERS = {
  express: async () => new (await import('@nestjs/platform-express')).ExpressAdapter(),
  fastify: async () => new (await import('@nestjs/platform-fastify')).FastifyAdapter(),
};

process.once('message', async ({ id, adapter, algorithm, keys }) => {
  const answer = await start({ id, adapter, algorithm, keys: keysOfTexts(algorithm, keys) }).catch((error) => ({
    skipped: `${id}: ${error.message.split('. ')[0]}`,
  }));
  process.on('message', () => process.send(process.cpuUsage()));
  process.send(answer);
});
process.once('disconnect', () => process.exit(0));

async function start({ id, adapter, algorithm, keys }) {
  const protection = await setUp(id, { algorithm, keys });
  if (protection.skipped) return { skipped: protection.skipped };
  if (protection.adapters?.includes(adapter) === false) return { skipped: null };
  const app = await NestFactory.create(protection.rootModule(), await ADAPTERS[adapter](), {
    logger: false,
    abortOnError: false,
  });
  await protection.prepare?.(app);
  await app.listen(0, '127.0.0.1');
  // The servers take turns. Without this, Node would close the idle connections of the others.
  app.getHttpServer().keepAliveTimeout = 0;
  return { name: protection.name, port: app.getHttpServer().address().port };
}
