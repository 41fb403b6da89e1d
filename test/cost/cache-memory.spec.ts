import { setFlagsFromString } from 'node:v8';
import { jest } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { Controller, Get } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Test } from '@nestjs/testing';
import {
  JwtExtendedModule,
  JwtGuard,
  JwtRequired,
  MemoryRevocationStore,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { randomUUID } from 'node:crypto';
import { forge, SECRET } from '../support/forge.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

@Controller()
class CatsController {
  @Get()
  @JwtRequired()
  find(): string {
    return 'cats';
  }
}

async function guardWith(options: JwtExtendedOptions): Promise<(token: string) => void> {
  const revocation = { store: new MemoryRevocationStore() };
  const module = await Test.createTestingModule({
    imports: [JwtExtendedModule.forRoot({ secret: SECRET, revocation, ...options })],
    controllers: [CatsController],
  }).compile();
  const guard = module.get(JwtGuard);
  return (token) => {
    // Twice, because the guard caches the keys of the look-up from the second request on.
    for (let request = 0; request < 2; request++) expect(guard.canActivate(contextWith(token))).toBe(true);
  };
}

/** A request with a new string, as from a server. */
function contextWith(token: string): ExecutionContextHost {
  const request = { method: 'GET', url: '/', headers: { authorization: Buffer.from(`Bearer ${token}`).toString() } };
  const context = new ExecutionContextHost([request, {}], CatsController, CatsController.prototype.find);
  context.setType('http');
  return context;
}

/** The bytes in use on the heap and outside of it. */
function bytesInUse(): number {
  // V8 frees memory outside of the heap one collection later.
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const LATIN = 'abcdefghijklmnopqrstuvwxyz';

/** A new text: a few random characters, and then the same ones. */
function textOf(length: number, filling: string): string {
  return randomUUID().slice(0, Math.min(8, length)) + filling.repeat(Math.max(0, length - 8) / filling.length);
}

function randomName(length: number): string {
  return Array.from({ length }, () => LATIN[Math.floor(Math.random() * LATIN.length)]).join('');
}

const list = (length: number, make: (index: number) => unknown) => Array.from({ length }, (_, index) => make(index));
const namesOf = (count: number, length: number) =>
  Object.fromEntries(list(count, () => [randomName(length), 1]) as [string, number][]);

/** The claims of a token, and how many tokens are presented: about twice as many as fit. */
const KINDS: [string, number, () => object][] = [
  ['usual tokens', 2000, () => ({})],
  ['small tokens', 4000, () => ({ iat: undefined, nbf: undefined, fresh: undefined, csrf: undefined })],
  ['tokens with fractions', 2000, () => ({ iat: 1.5, nbf: 1.25, exp: 9e9 + 0.5 })],
  ['large tokens', 100, () => ({ text: textOf(11_000, 'x') })],
  ['short texts outside Latin-1', 2000, () => ({ name: textOf(20, 'ж') })],
  ['long texts outside Latin-1', 100, () => ({ text: textOf(5500, 'ж') })],
  ['long Chinese texts', 100, () => ({ text: textOf(3600, '漢') })],
  ['long texts of emoji', 100, () => ({ text: textOf(5200, '😀') })],
  ['long Latin texts with one other character', 100, () => ({ text: `${textOf(11_000, 'x')}漢` })],
  ['lists of roles', 1000, () => ({ roles: list(30, () => randomName(8)) })],
  ['names that no other token has', 1000, () => namesOf(12, 5)],
  ['maps by id', 500, () => ({ rights: namesOf(40, 9) })],
  ['large maps by id', 50, () => ({ rights: namesOf(500, 9) })],
  ['objects of many shapes', 50, () => ({ items: list(200, () => namesOf(1, 5)) })],
  ['fractions in lists', 50, () => ({ items: list(2000, (index) => (index % 90) + 0.5) })],
  ['empty lists', 30, () => ({ items: list(3000, () => []) })],
  ['empty objects', 30, () => ({ items: list(3000, () => ({})) })],
];

const MAX_BYTES = 2 * 2 ** 20;

// The figure includes other memory of the process, such as compiled code. A second measurement does not have it again.
jest.retryTimes(2);

// The first test would measure the compilation of the cache.
beforeAll(async () => {
  const send = await guardWith({ cache: { maxTokens: 1e6, maxBytes: MAX_BYTES } });
  for (let index = 0; index < 1000; index++) send(forge({ jti: randomUUID() }));
});

it.each(KINDS)('a cache full of %s takes at most `maxBytes`', async (_, count, claims) => {
  const present = async (options: JwtExtendedOptions, presented: number) => {
    const send = await guardWith(options);
    for (let index = 0; index < presented; index++) send(forge({ jti: randomUUID(), csrf: randomUUID(), ...claims() }));
    return send;
  };
  // First V8 compiles the code of the guard, and the guard creates its own objects.
  await present({ cache: false }, Math.min(count, 200));
  const before = bytesInUse();
  const send = await present({ cache: { maxTokens: 1e6, maxBytes: MAX_BYTES } }, count);
  const taken = bytesInUse() - before;
  expect(taken).toBeLessThan(MAX_BYTES);
  expect(taken).toBeGreaterThan(MAX_BYTES / 6);
  // The cache was still in use when the memory was measured.
  expect(send).toBeDefined();
});
