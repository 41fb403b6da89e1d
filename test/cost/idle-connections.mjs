// Measures what open connections cost: bytes each, timers, and the processor at rest.
// node --expose-gc test/cost/idle-connections.mjs [connections]
import 'reflect-metadata';
import { createHook } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { loadSource } from '../support/load-source.mjs';

if (!globalThis.gc) throw new Error('Run this with node --expose-gc: it counts bytes.');

const connections = Number(process.argv[2] ?? 10_000);
/** How long the processor is measured, in milliseconds: longer than the interval of the questions. */
const REST = 6_000;
const timers = new Set();
createHook({
  init: (id, type) => void (type === 'Timeout' && timers.add(id)),
  destroy: (id) => void timers.delete(id),
}).enable();

const { JwtAuthenticator, JwtExtendedModule, MemoryRevocationStore, TokenService } = await loadSource('index.ts');
const options = {
  secret: 'an HMAC secret of 32 bytes, 256 bits',
  revocation: { store: new MemoryRevocationStore() },
};
const app = await NestFactory.createApplicationContext(JwtExtendedModule.forRoot(options), { logger: false });
const providers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.providers.keys()]);
const registry = app.get(
  providers.find(({ name }) => name === 'ConnectionRegistry'),
  { strict: false },
);

/** After a pause, so that timers of single steps have ended. The timer of the pause itself counts each time. */
async function countTimers() {
  await sleep(1_000);
  globalThis.gc();
  await sleep(100);
  return timers.size;
}

function bytesInUse() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Opens a connection with each context. The transport has the connection and the context anyway. */
function measure(contexts) {
  const opened = contexts.map(() => ({ kind: 'socket', client: {}, end: () => undefined }));
  const remove = new Array(contexts.length);
  const before = bytesInUse();
  for (let index = 0; index < contexts.length; index++) remove[index] = registry.add(contexts[index], opened[index]);
  return { bytes: Math.round((bytesInUse() - before) / contexts.length), remove, opened };
}

async function contextsOf(count, tokenOf) {
  const authenticator = app.get(JwtAuthenticator);
  const contexts = [];
  for (let index = 0; index < count; index++)
    contexts.push(await authenticator.authenticateToken(await tokenOf(index)));
  return contexts;
}

const tokens = app.get(TokenService);
const pairOf = async (index) =>
  (await tokens.createTokenPair(`user-${index}`, { accessExpires: 3600 + index })).accessToken;
const shared = await pairOf(-1);
const timersBefore = await countTimers();
const sharing = measure(await contextsOf(connections, () => shared));
sharing.remove.forEach((remove) => remove());
const apart = measure(await contextsOf(connections, pairOf));

const timersAtRest = (await countTimers()) - timersBefore;
// Each new token is asked about once.
await sleep(REST);
const { user, system } = process.cpuUsage();
await sleep(REST);
const used = process.cpuUsage();
const processor = (used.user + used.system - user - system) / (1_000 * REST);
const open = registry.size;
apart.remove.forEach((remove) => remove());
await app.close();
const timersAfterClose = (await countTimers()) - timersBefore;
console.log(
  JSON.stringify({
    open,
    bytes: { sameToken: sharing.bytes, ownToken: apart.bytes },
    timersAtRest,
    timersAfterClose,
    processor,
    active: process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate/.test(name)),
  }),
);
