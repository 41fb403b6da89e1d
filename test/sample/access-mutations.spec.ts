import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { Controller, Delete, Get, Header, Post, Sse, type INestApplication, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Mutation, Query, Subscription } from '@nestjs/graphql';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { JwtRequired, Public, type JwtRequirement } from 'nestjs-jwt-extended';
import { accessLock } from 'nestjs-jwt-extended/testing';
import ts from 'typescript';
import { AppModule } from '../../sample/src/app.module.js';
import { outsideCi } from '../support/outside-ci.js';
import { savedMetadata } from './saved-metadata.js';

/** A decorator in the sources of the sample. `method` is `null` for one of a class. */
interface FoundDecorator {
  readonly name: string;
  readonly className: string;
  readonly method: string | null;
  readonly options: JwtRequirement;
}

/** Decorators that neither decide who may call a handler nor what caches its responses. */
const OTHER_DECORATORS = ['HttpCode', 'Redirect', 'Resolver', 'TextBody'];

function decoratorsOfSample(): FoundDecorator[] {
  const files = readdirSync('sample/src', { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.(controller|resolver|gateway)\.ts$/.test(file))
    .flatMap((file) => decoratorsIn(join('sample/src', file)));
}

function decoratorsIn(path: string): FoundDecorator[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const classes = file.statements.filter(ts.isClassDeclaration);
  return classes.flatMap((node) => {
    const className = node.name?.text ?? '';
    const methods = node.members.filter(ts.isMethodDeclaration);
    return [
      ...decoratorsOn(node).map((found) => ({ ...found, className, method: null })),
      ...methods.flatMap((each) =>
        decoratorsOn(each).map((found) => ({ ...found, className, method: each.name.getText() })),
      ),
    ];
  });
}

function decoratorsOn(node: ts.ClassDeclaration | ts.MethodDeclaration): Pick<FoundDecorator, 'name' | 'options'>[] {
  return (ts.getDecorators(node) ?? []).map(({ expression }) => {
    const call = expression as ts.CallExpression;
    const text = call.arguments[0]?.getText() ?? '{}';
    const isObject = text.startsWith('{');
    const options = isObject ? (runInThisContext(`(${text})`) as JwtRequirement) : {};
    return { name: call.expression.getText(), options };
  });
}

type Decorator = ClassDecorator & MethodDecorator;

/** The same decorators of other transports, with another name or path. */
const OTHERS: Readonly<Record<string, ClassDecorator | MethodDecorator>> = {
  Sse: Sse('mutated'),
  Query: Query(() => [String], { name: 'mutated' }),
  Mutation: Mutation(() => [String], { name: 'mutated' }),
  Subscription: Subscription(() => String, { name: 'mutated' }),
  SubscribeMessage: SubscribeMessage('mutated'),
  WebSocketGateway: WebSocketGateway({ namespace: 'mutated' }),
};

/** What can become of a decorator: each mutant replaces it. */
function mutantsOf({ name, options }: FoundDecorator): [string, Decorator | 'removed'][] {
  if (name === 'Controller') return [['another path', Controller('mutated') as Decorator]];
  if (['Get', 'Post', 'Delete'].includes(name)) {
    return [
      ['another path', Get('mutated') as Decorator],
      ['another method', (name === 'Post' ? Delete() : Post()) as Decorator],
    ];
  }
  const other = OTHERS[name];
  if (other !== undefined) return [['another name', other as Decorator]];
  if (name === 'Header') return [['another value', Header('Cache-Control', 'public') as Decorator]];
  if (name === 'Public') return [['@JwtRequired()', JwtRequired()]];
  if (name !== 'JwtRequired') throw new Error(`The test does not know @${name}()`);
  const changed: JwtRequirement[] = [
    ...Object.keys(options).map((option) => ({ ...options, [option]: undefined })),
    { ...options, optional: !options.optional },
    { ...options, fresh: !options.fresh },
    { ...options, skipRevocationCheck: true },
    { ...options, refresh: undefined, verifyType: undefined, type: options.verifyType === false ? 'access' : 'any' },
    { ...options, scopes: 'mutated' },
    { ...options, anyScope: ['mutated'] },
    { ...options, roles: 'mutated' },
    { ...options, locations: 'json' },
    { ...options, realm: 'mutated' },
    { ...options, allow: () => true },
  ];
  return [
    ['removed', 'removed'],
    ['@Public()', Public()],
    ...changed.map((each): [string, Decorator] => [`@JwtRequired(${JSON.stringify(each)})`, JwtRequired(each)]),
  ];
}

describe('the access list of the sample', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sample-access-'));
  const file = join(folder, 'access.txt');
  let app: INestApplication;

  beforeAll(async () => {
    app = (await Test.createTestingModule({ imports: [AppModule] }).compile()).createNestApplication({ logger: false });
    outsideCi(() => accessLock(app, file, { update: true }));
  });

  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });

  function classNamed(name: string): Type {
    const modules = [...app.get(ModulesContainer).values()];
    const hosts = modules.flatMap(({ controllers, providers }) => [...controllers.values(), ...providers.values()]);
    return hosts.find(({ metatype }) => metatype?.name === name)?.metatype as Type;
  }

  const decorators = decoratorsOfSample().filter(({ name }) => !OTHER_DECORATORS.includes(name));

  it('has decorators to change', () => {
    const names = new Set(decorators.map(({ name }) => name));
    expect([...names]).toEqual(expect.arrayContaining(['Controller', 'Get', 'JwtRequired', 'Post']));
    expect(decorators.length).toBeGreaterThan(24);
  });

  it.each(
    decorators.map(
      (found) => [`@${found.name}() of ${found.className}.${found.method ?? 'constructor'}`, found] as const,
    ),
  )('differs after each change of %s', (_name, found) => {
    for (const [mutation, mutant] of mutantsOf(found)) {
      const controller = classNamed(found.className);
      const restore = savedMetadata(controller, found.method);
      try {
        apply(mutant, controller, found.method);
        const compare = () => accessLock(app, file, { update: false });
        expect([mutation, messageOf(compare)]).toEqual([mutation, expect.stringContaining('differs from')]);
      } finally {
        restore();
      }
      expect(messageOf(() => accessLock(app, file, { update: false }))).toBeNull();
    }
  });
});

function messageOf(work: () => void): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function apply(mutant: Decorator | 'removed', controller: Type, method: string | null): void {
  const prototype = controller.prototype as Record<string, object>;
  const target = method === null ? controller : (prototype[method] as object);
  if (mutant !== 'removed') {
    if (method === null) mutant(controller);
    else mutant(prototype, method, Object.getOwnPropertyDescriptor(prototype, method) as PropertyDescriptor);
    return;
  }
  Reflect.deleteMetadata('nestjs-jwt-extended:route-rule', target);
  const rules = Reflect.getOwnMetadata('nestjs-jwt-extended:rules-by-name', controller) as
    Map<string, unknown> | undefined;
  const rest = [...(rules ?? [])].filter(([name]) => name !== method);
  if (method !== null) Reflect.defineMetadata('nestjs-jwt-extended:rules-by-name', new Map(rest), controller);
}
