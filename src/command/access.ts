import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { textOfRow } from '../access/access-text.js';
import { readArguments } from './arguments.js';
import { Refusal, WrongUsage, type Command, type Terminal } from './terminal.js';

const HELP = `Usage: npx nestjs-jwt-extended access dist/app.module.js
       npx nestjs-jwt-extended access dist/app.js#createApp

Prints one line for each handler of the application: its transport and address, and what it asks of its callers.
The application is created, but its hooks do not run, and it listens nowhere.

The module is the export AppModule, the default export, or the only class. Name another export after #. It can also be a
function that returns an application, for example with a global prefix or versions.
For TypeScript, build the application first (npm run build), or run this command with a loader that writes the
metadata of decorators: node --import @swc-node/register/esm-register node_modules/.bin/nestjs-jwt-extended access …
`;

/** `access`: the list of `describeAccess()` for a compiled module. */
export const access: Command = {
  summary: 'list the handlers of an application, and who may call them',
  help: HELP,
  run,
};

async function run(args: readonly string[], terminal: Terminal): Promise<void> {
  const [target] = readArguments(args, {}, 1).positionals;
  if (target === undefined) throw new WrongUsage('The module is missing: access dist/app.module.js');
  const [, file = '', name] = /^(.+?)(?:#(\w+))?$/s.exec(target) ?? [];
  const rows = await withStdoutOf(terminal, async () => {
    const app = await createdFrom(await exportOf(resolve(terminal.folder, file), file, name), file);
    const { describeAccess } = await import('../index.js');
    return attempt(() => describeAccess(app), file);
  });
  terminal.print(rows.map((row) => `${textOfRow(row)}\n`).join(''));
}

/** What the application prints goes to stderr, so that stdout has only the list. */
async function withStdoutOf<T>(terminal: Terminal, work: () => Promise<T>): Promise<T> {
  const { stdout } = process;
  const write = Object.getOwnPropertyDescriptor(stdout, 'write');
  stdout.write = (chunk: string | Uint8Array) => {
    terminal.notify(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
    return true;
  };
  try {
    return await work();
  } finally {
    if (write === undefined) delete (stdout as { write?: unknown }).write;
    else Object.defineProperty(stdout, 'write', write);
  }
}

type Export = Type | (() => unknown);

async function exportOf(path: string, file: string, name: string | undefined): Promise<Export> {
  if (!existsSync(path)) throw new Refusal(`${file} does not exist. Build the application first: npm run build`);
  if (/^\.[cm]?tsx?$/.test(extname(path)) && !hasLoader()) {
    throw new Refusal(`${file} is TypeScript. Build the application first, and pass the module in dist. See --help.`);
  }
  const exported = await attempt(async () => (await import(pathToFileURL(path).href)) as Record<string, unknown>, file);
  const chosen = name === undefined ? rootModuleOf(exported) : (exported[name] ?? defaultOf(exported)[name]);
  if (typeof chosen === 'function') return chosen as Export;
  const names = Object.keys({ ...defaultOf(exported), ...exported }).filter(
    (each) => !/^(default|module\.exports|__esModule)$/.test(each),
  );
  throw new Refusal(
    `${file} has no ${name === undefined ? 'AppModule and not exactly one class' : `class or function ${name}`}. ` +
      `Name one of its exports after #: ${names.join(', ') || 'it has none'}.`,
  );
}

function hasLoader(): boolean {
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  return /--(?:import|require|loader|experimental-loader)\b|(?:^| )-r /.test(options);
}

function rootModuleOf(exported: Record<string, unknown>): unknown {
  const all = { ...defaultOf(exported), ...exported };
  if (typeof all.AppModule === 'function') return all.AppModule;
  if (isClass(exported.default)) return exported.default;
  const classes = Object.entries(all).filter(([name, value]) => name !== 'default' && isClass(value));
  return classes.length === 1 ? classes[0]?.[1] : undefined;
}

/** The exports of CommonJS that Node does not find by name. */
function defaultOf({ default: value }: Record<string, unknown>): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isClass(value: unknown): value is Type {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
}

async function createdFrom(exported: Export, file: string): Promise<INestApplicationContext> {
  return attempt(async () => {
    const app = isClass(exported) ? await create(exported) : await exported();
    if (typeof (app as INestApplicationContext | null)?.get === 'function') return app as INestApplicationContext;
    throw new Error('The function returned no application of Nest.');
  }, file);
}

/** Creates the application with the HTTP adapter that is installed. Without one there is only a context, which runs its hooks. */
async function create(module: Type): Promise<INestApplicationContext> {
  const { NestFactory } = await import('@nestjs/core');
  const options = { logger: false, abortOnError: false } as const;
  const adapter = (await adapterOf('express', 'ExpressAdapter')) ?? (await adapterOf('fastify', 'FastifyAdapter'));
  return adapter === null
    ? NestFactory.createApplicationContext(module, options)
    : NestFactory.create(module, adapter as never, options);
}

async function adapterOf(platform: string, name: string): Promise<object | null> {
  const specifier = `@nestjs/platform-${platform}`;
  try {
    const { [name]: Adapter } = (await import(specifier)) as Record<string, new () => object>;
    return Adapter === undefined ? null : new Adapter();
  } catch {
    return null;
  }
}

async function attempt<T>(work: () => T | Promise<T>, file: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      `The application in ${file} cannot be created. ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
