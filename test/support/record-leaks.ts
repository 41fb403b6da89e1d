// Jest loads this file before each spec file. A spec fails if it has printed or logged a token or a secret, also to a logger that is
// turned off. It costs a few function calls, and loads Nest only for specs that have loaded it themselves.
import { leaks } from './leaks.js';

type Method = (...args: unknown[]) => unknown;

const LEVELS = ['log', 'info', 'warn', 'error', 'debug', 'verbose', 'fatal'];

/** Specs that print tokens on purpose, by a part of their path, with the reason. */
const ALLOWED: Readonly<Record<string, string>> = {};

const undo: (() => void)[] = [];

function recordCalls(target: object, names: readonly string[]): void {
  const methods = target as Record<string, Method | undefined>;
  for (const name of names) {
    const original = methods[name];
    if (typeof original !== 'function') continue;
    const own = Object.getOwnPropertyDescriptor(target, name);
    const recording = function (this: unknown, ...args: unknown[]): unknown {
      leaks.record(args);
      return original.apply(this, args);
    };
    Object.defineProperty(target, name, { value: recording, configurable: true, writable: true });
    undo.push(() => {
      if (methods[name] !== recording) return;
      if (own === undefined) delete methods[name];
      else Object.defineProperty(target, name, own);
    });
  }
}

recordCalls(process.stdout, ['write']);
recordCalls(process.stderr, ['write']);
recordCalls(console, LEVELS);

beforeAll(async () => {
  // Nest loads reflect-metadata.
  if (!('getMetadata' in Reflect)) return;
  const { Logger } = await import('@nestjs/common');
  recordCalls(Logger, LEVELS);
  recordCalls(Logger.prototype, LEVELS);
});

afterAll(() => {
  for (const restore of undo) restore();
  const { testPath = '' } = expect.getState();
  if (Object.keys(ALLOWED).some((part) => testPath.includes(part))) return;
  const found = leaks.take();
  if (found.length > 0) throw new Error(`This spec printed or logged tokens or secrets: ${found.join(', ')}`);
});
