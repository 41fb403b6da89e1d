import { runInNewContext } from 'node:vm';
import type { Type } from '@nestjs/common';
import { JwksModule, type JwksModuleOptions } from 'nestjs-jwt-extended';
import { JwtAuthModule } from 'nestjs-jwt-extended/auth';
import { RedisRevocationStore } from 'nestjs-jwt-extended/redis';
import { SqlRevocationStore } from 'nestjs-jwt-extended/sql';
import { readKeyEntries } from '../../src/options/key-entries.js';
import { readRedisOptions } from '../../src/stores/redis/redis-options.js';
import { readSqlOptions } from '../../src/stores/sql/sql-options.js';
import { quoted, rowsOf } from './page.js';

const unknown = { noOptionIsCalledThis: 1 } as never;

/** The other functions and classes with options, called with an unknown option. */
const CALLS: Readonly<Record<string, () => unknown>> = {
  keys: () => readKeyEntries([unknown]),
  'JwksModule.forRoot()': () => JwksModule.forRoot(unknown),
  'JwtAuthModule.forRoot()': () => JwtAuthModule.forRoot(unknown),
  'new RedisRevocationStore()': () => new RedisRevocationStore(unknown),
  'new SqlRevocationStore()': () => new SqlRevocationStore(unknown),
};

interface Row {
  readonly of: string;
  readonly option: string;
  readonly default: string;
}

const rows = rowsOf('docs/reference/options.md', ['options of', 'option', 'default']).reduce<Row[]>(
  (before, [of, option, fallback]) => {
    const call = quoted(of)[0] ?? before.at(-1)?.of ?? '';
    return [...before, { of: call, option: quoted(option)[0] ?? '', default: fallback ?? '' }];
  },
  [],
);
const defaultOf = (of: string, option: string): unknown => {
  const row = rows.find((candidate) => candidate.of === of && candidate.option === option);
  return runInNewContext(quoted(row?.default)[0] ?? '') as unknown;
};

function knownTo(call: () => unknown): string[] {
  try {
    call();
  } catch (error) {
    const known = /does not exist\. Known: (.+)\.$/.exec((error as Error).message)?.[1];
    if (known !== undefined) return known.split(', ');
  }
  throw new Error('It accepts an unknown option');
}

it('shows every function and class with options, and no other', () => {
  expect([...new Set(rows.map(({ of }) => of))]).toEqual(Object.keys(CALLS));
});

it.each(Object.entries(CALLS))('shows every option of %s', (of, call) => {
  const shown = rows.filter((row) => row.of === of).map(({ option }) => option);
  expect(shown.sort()).toEqual(knownTo(call).sort());
});

it('shows the defaults', () => {
  const client = Object.fromEntries(
    ['mget', 'zrange', 'eval', 'evalsha', 'on', 'listenerCount'].map((name) => [name, () => 1]),
  );
  const { prefix } = readRedisOptions({ client: client as never });
  const { table } = readSqlOptions({ dialect: 'sqlite', query: () => [] });
  expect([prefix, table]).toEqual([
    defaultOf('new RedisRevocationStore()', 'prefix'),
    defaultOf('new SqlRevocationStore()', 'table'),
  ]);
});

it('shows the defaults of the published keys', () => {
  const [path, maxAge, imports] = ['path', 'maxAge', 'imports'].map((name) => defaultOf('JwksModule.forRoot()', name));
  expect(publication({})).toEqual(publication({ path, maxAge } as JwksModuleOptions));
  expect(publication({})).not.toEqual(publication({ path, maxAge: '11m' } as JwksModuleOptions));
  expect(JwksModule.forRoot().imports).toEqual([...(imports as [])]);
});

/** The path of the published keys, and the headers of the response. */
function publication(options: JwksModuleOptions): unknown {
  const [controller] = JwksModule.forRoot(options).controllers as [
    Type<{ show(request: object, response: object): void }>,
  ];
  const sent: unknown[] = [];
  const httpAdapter = { setHeader: (_: object, ...header: string[]) => sent.push(header), reply: () => undefined };
  new controller({ publicKeys: () => [] }, { httpAdapter }).show({ headers: {} }, {});
  return [Reflect.getMetadata('path', controller), sent];
}
