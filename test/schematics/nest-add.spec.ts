import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import ts from 'typescript';
import { nestAdd } from '../../src/schematics/nest-add.js';
import type { NestAddOptions, ProjectTree } from '../../src/schematics/tree.js';

const APP_MODULE = `import { Module } from '@nestjs/common';
import { AppController } from './app.controller';

@Module({
  imports: [],
  controllers: [AppController],
})
export class AppModule {}
`;

const MAIN = `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  await app.listen(process.env.PORT ?? 3000);
}
bootstrap();
`;

const manifestOf = (nest: string, more: object = {}) =>
  JSON.stringify({ dependencies: { '@nestjs/core': nest, '@nestjs/platform-express': nest }, ...more }, null, 4);

/** The files of a project, in memory. */
class Project implements ProjectTree {
  readonly files: Map<string, string>;
  readonly messages: string[] = [];
  readonly tasks: unknown[] = [];

  constructor(files: Record<string, string> = {}) {
    this.files = new Map(
      Object.entries({
        '/package.json': manifestOf('^11.0.0'),
        '/src/app.module.ts': APP_MODULE,
        '/src/main.ts': MAIN,
        ...files,
      }),
    );
  }

  exists(path: string): boolean {
    return this.files.has(path);
  }

  read(path: string): Uint8Array | null {
    const text = this.files.get(path);
    return text === undefined ? null : Buffer.from(text);
  }

  create(path: string, content: string): void {
    expect(this.files.has(path)).toBe(false);
    this.files.set(path, content);
  }

  overwrite(path: string, content: string): void {
    expect(this.files.has(path)).toBe(true);
    this.files.set(path, content);
  }

  text(path: string): string {
    return this.files.get(path) ?? '';
  }

  add(options: NestAddOptions = {}): this {
    const note = (text: string) => void this.messages.push(text);
    nestAdd(options)(this, {
      logger: { info: note, warn: (text) => note(`warning: ${text}`) },
      addTask: (task) => this.tasks.push(task.toConfiguration()),
    });
    return this;
  }
}

const added = (files?: Record<string, string>, options?: NestAddOptions) => new Project(files).add(options);

/** The errors of syntax, and the imports of a module as texts. */
function moduleOf(source: string): { errors: readonly unknown[]; imports: string[] } {
  const { diagnostics = [] } = ts.transpileModule(source, { reportDiagnostics: true });
  const file = ts.createSourceFile('app.module.ts', source, ts.ScriptTarget.Latest, true);
  const imports: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isPropertyAssignment(node) &&
      node.name.getText() === 'imports' &&
      ts.isArrayLiteralExpression(node.initializer)
    ) {
      imports.push(...node.initializer.elements.map((element) => element.getText()));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { errors: diagnostics, imports };
}

describe('nest add', () => {
  it('adds the files, the module, the page and the packages', () => {
    const project = added();
    expect([...project.files.keys()].sort()).toEqual([
      '/.env',
      '/.env.example',
      '/.gitignore',
      '/package.json',
      '/src/app.module.ts',
      '/src/auth/auth.module.ts',
      '/src/auth/environment.ts',
      '/src/auth/users.module.ts',
      '/src/auth/users.service.spec.ts',
      '/src/auth/users.service.ts',
      '/src/main.ts',
      '/src/openapi.ts',
      '/test/auth.e2e-spec.ts',
    ]);
    expect(project.text('/src/app.module.ts')).toBe(
      APP_MODULE.replace('imports: []', 'imports: [AuthModule]').replace(
        "controller';\n",
        "controller';\nimport { AuthModule } from './auth/auth.module';\n",
      ),
    );
    expect(project.text('/src/main.ts')).toBe(
      MAIN.replace('  await app', '  setUpOpenApi(app);\n  await app').replace(
        "app.module';\n",
        "app.module';\nimport { setUpOpenApi } from './openapi';\n",
      ),
    );
    expect(JSON.parse(project.text('/package.json'))).toEqual({
      dependencies: {
        '@nestjs/core': '^11.0.0',
        '@nestjs/jwt': '^11.0.0',
        '@nestjs/platform-express': '^11.0.0',
        '@nestjs/swagger': '^11.0.0',
      },
    });
    expect(project.text('/package.json')).toMatch(/^ {4}"dep/m);
    expect(project.tasks).toEqual([
      { name: 'node-package', options: { command: 'install', packageManager: 'npm', quiet: true, hideOutput: true } },
    ]);
  });

  it.each([
    ['^10.4.0', { '@nestjs/jwt': '^10.2.0' }],
    ['^11.0.1', { '@nestjs/jwt': '^11.0.0', '@nestjs/swagger': '^11.0.0' }],
    ['~12.5.0', { '@nestjs/jwt': '^12.0.1', '@nestjs/swagger': '^12.0.1' }],
  ])('adds the packages of the same version of Nest: %s', (nest, packages) => {
    const project = added({ '/package.json': manifestOf(nest) });
    const { dependencies } = JSON.parse(project.text('/package.json'));
    expect(dependencies).toEqual({ '@nestjs/core': nest, '@nestjs/platform-express': nest, ...packages });
    expect(project.exists('/src/openapi.ts')).toBe('@nestjs/swagger' in packages);
  });

  it.each([
    ['/package-lock.json', 'npm'],
    ['/pnpm-lock.yaml', 'pnpm'],
    ['/yarn.lock', 'yarn'],
    ['/bun.lock', 'bun'],
  ])('installs with the package manager of %s', (file, packageManager) => {
    expect(added({ [file]: '' }).tasks).toMatchObject([{ options: { packageManager } }]);
  });

  it('leaves packages that are there, and then installs nothing', () => {
    const manifest = manifestOf('^11.0.0', { devDependencies: { '@nestjs/jwt': '^11.0.2', '@nestjs/swagger': '*' } });
    const project = added({ '/package.json': manifest });
    expect(project.text('/package.json')).toBe(manifest);
    expect(project.tasks).toEqual([]);
    expect(added({}, { skipInstall: true }).tasks).toEqual([]);
  });

  it('writes imports in the form of the project', () => {
    const imports = (project: Project) =>
      [...project.files].flatMap(([path, text]) =>
        path.endsWith('.ts') ? [...text.matchAll(/from '(\..*)'/g)].map(([, from = '']) => from) : [],
      );
    expect(imports(added()).filter((path) => path.endsWith('.js'))).toEqual([]);
    const esm = added({ '/package.json': manifestOf('^12.0.0', { type: 'module' }) });
    expect(imports(esm).filter((path) => !path.endsWith('.js'))).toEqual(['./app.controller', './app.module']);
  });

  it('imports the functions of Vitest, which can be without globals', () => {
    const vitest = added({ '/package.json': manifestOf('^12.0.0', { devDependencies: { vitest: '^4.0.0' } }) });
    expect(vitest.text('/test/auth.e2e-spec.ts')).toMatch(
      /^import { afterAll, beforeAll, describe, expect, it } from 'vitest';\n/,
    );
    expect(vitest.text('/src/auth/users.service.spec.ts')).toMatch(/^import { describe, expect, it } from 'vitest';\n/);
    expect(vitest.text('/src/auth/users.service.ts')).not.toContain('vitest');
    expect(added().text('/test/auth.e2e-spec.ts')).not.toContain('vitest');
  });

  it('uses Fastify where Express is not installed', () => {
    const dependencies = { '@nestjs/core': '^11.0.0', '@nestjs/platform-fastify': '^11.0.0' };
    const project = added({ '/package.json': JSON.stringify({ dependencies }) });
    expect(project.text('/test/auth.e2e-spec.ts')).toContain('createNestApplication(new FastifyAdapter())');
    expect(project.text('/test/auth.e2e-spec.ts')).toContain(
      "import { FastifyAdapter } from '@nestjs/platform-fastify';",
    );
  });

  it.each([
    ['^8.0.0', { peerDependencies: { '@fastify/static': '^8.0.0' } }],
    ['^10.1.2', {}],
    ['^10.1.2', null],
  ])('adds @fastify/static %s, if the manifest of the adapter is %j', (range, adapter) => {
    const dependencies = { '@nestjs/core': '^11.0.0', '@nestjs/platform-fastify': '^11.0.0' };
    const project = added({
      '/package.json': JSON.stringify({ dependencies }),
      ...(adapter && { '/node_modules/@nestjs/platform-fastify/package.json': JSON.stringify(adapter) }),
    });
    expect(JSON.parse(project.text('/package.json')).dependencies).toMatchObject({ '@fastify/static': range });
  });

  it('uses Fastify where main.ts does, and Express is still installed', () => {
    const manifest = manifestOf('^11.0.0', { devDependencies: { '@nestjs/platform-fastify': '^11.0.0' } });
    const main = MAIN.replace('create(AppModule)', 'create<NestFastifyApplication>(AppModule, new FastifyAdapter())');
    const project = added({ '/package.json': manifest, '/src/main.ts': main });
    expect(project.text('/test/auth.e2e-spec.ts')).toContain('createNestApplication(new FastifyAdapter())');
    expect(project.text('/src/main.ts')).toContain('  setUpOpenApi(app);\n  await app');
    expect(JSON.parse(project.text('/package.json')).dependencies).toMatchObject({ '@fastify/static': '^10.1.2' });
    expect(added({ '/package.json': manifest }).text('/test/auth.e2e-spec.ts')).toContain('createNestApplication()');
  });

  it('adds to an application of a monorepo', () => {
    const app = { '/apps/shop/src/app.module.ts': APP_MODULE, '/apps/shop/src/main.ts': MAIN };
    const project = added(app, { sourceRoot: 'apps/shop/src' });
    expect(project.text('/apps/shop/src/app.module.ts')).toContain('imports: [AuthModule]');
    expect(project.text('/apps/shop/test/auth.e2e-spec.ts')).toContain("from './../src/app.module'");
    expect(project.text('/src/app.module.ts')).toBe(APP_MODULE);
  });

  it('adds no page with skipOpenapi, and no secret with skipEnv', () => {
    const project = added({}, { skipOpenapi: true, skipEnv: true });
    expect(project.text('/src/main.ts')).toBe(MAIN);
    expect(project.text('/package.json')).not.toContain('swagger');
    expect([...project.files.keys()].filter((path) => /openapi|\.env|gitignore/.test(path))).toEqual([]);
    expect(project.messages).toContain('Set JWT_SECRET_KEY: npx nestjs-jwt-extended secret');
  });

  it.each(['/src/auth/auth.module.ts', '/src/openapi.ts', '/test/auth.e2e-spec.ts'])(
    'changes nothing if %s exists',
    (path) => {
      const project = new Project({ [path]: 'mine' });
      const before = new Map(project.files);
      expect(() => project.add()).toThrow(`${path.slice(1)} exists. Nothing was changed.`);
      expect(project.files).toEqual(before);
    },
  );

  it('refuses a folder without Nest', () => {
    expect(() => added({ '/package.json': '{}' })).toThrow('package.json has no @nestjs/core');
  });
});

describe('the module that nest add changes', () => {
  const controllers = 'controllers: [AppController]';

  it.each([
    ['an empty list', 'imports: [],', ['AuthModule']],
    ['an empty list on two lines', 'imports: [\n  ],', ['AuthModule']],
    [
      'a list on one line',
      'imports: [ConfigModule.forRoot({ a: [1] })],',
      ['AuthModule', 'ConfigModule.forRoot({ a: [1] })'],
    ],
    ['a list with a line for each', 'imports: [\n    A,\n    // why ]\n    B,\n  ],', ['AuthModule', 'A', 'B']],
    ['no list', '', ['AuthModule']],
    ['a comment with another list', '// imports: [Old],\n  imports: [A],', ['AuthModule', 'A']],
    ['a text with another list', "providers: [{ provide: 'imports: [x]', useValue: 1 }],", ['AuthModule']],
    [
      'a nested object with imports',
      'providers: [{ useValue: { imports: [1] } }],\n  imports: [A],',
      ['1', 'AuthModule', 'A'],
    ],
    ['a list without line breaks or blanks', 'imports:[A],', ['AuthModule', 'A']],
  ])('can have %s', (_name, text, imports) => {
    const source = text === '' ? APP_MODULE.replace('  imports: [],\n', '') : APP_MODULE.replace('imports: [],', text);
    const project = added({ '/src/app.module.ts': source });
    const changed = project.text('/src/app.module.ts');
    expect(moduleOf(changed)).toEqual({ errors: [], imports });
    expect(changed).toContain(controllers);
    expect(changed).not.toMatch(/[ \t]$/m);
    expect(project.messages.filter((message) => message.startsWith('warning'))).toEqual([]);
  });

  it.each([
    ['double quotes', APP_MODULE.replaceAll("'", '"'), 'import { AuthModule } from "./auth/auth.module";'],
    ['no semicolons', APP_MODULE.replaceAll(';', ''), "controller'\nimport { AuthModule } from './auth/auth.module';"],
    [
      'an import on several lines',
      APP_MODULE.replace('{ AppController }', '{\n  AppController,\n}'),
      "controller';\nimport { AuthModule }",
    ],
  ])('can be written with %s', (_name, source, expected) => {
    const changed = added({ '/src/app.module.ts': source }).text('/src/app.module.ts');
    expect(changed).toContain(expected);
    expect(moduleOf(changed)).toEqual({ errors: [], imports: ['AuthModule'] });
  });

  it.each([
    ['a list from elsewhere', APP_MODULE.replace('imports: []', 'imports: shared')],
    ['a short property', APP_MODULE.replace('imports: []', 'imports')],
    ['its metadata from elsewhere', APP_MODULE.replace(/@Module\(.*\}\)/s, '@Module(metadata)')],
    ['another module in its file', `${APP_MODULE}\n${APP_MODULE}`],
  ])('stays as it is with %s, and a message explains what to add', (_name, source) => {
    const project = added({ '/src/app.module.ts': source });
    expect(project.text('/src/app.module.ts')).toBe(source);
    expect(project.messages).toContain(
      "warning: src/app.module.ts has a form that is not known. Add AuthModule from './auth/auth.module' to the imports of AppModule.",
    );
    expect(project.exists('/src/auth/auth.module.ts')).toBe(true);
  });

  it.each([
    ['without await', MAIN.replace('await app.listen', 'app.listen'), '  setUpOpenApi(app);\n  app.listen'],
    [
      'with another name',
      MAIN.replaceAll(/\bapp\b(?!\.module)/g, 'server'),
      '  setUpOpenApi(server);\n  await server.listen',
    ],
    [
      'without a function',
      MAIN.replace(/async function .*?\{|\}\nbootstrap\(\);/gs, ''),
      'setUpOpenApi(app);\n  await app.listen',
    ],
  ])('main.ts can be %s', (_name, source, expected) => {
    expect(added({ '/src/main.ts': source }).text('/src/main.ts')).toContain(expected);
  });

  it.each(['', MAIN.replace('app.listen', 'start'), `${MAIN}\napp.listen(1);`])(
    'main.ts stays as it is in another form, and a message explains what to add',
    (source) => {
      const project = added({ '/src/main.ts': source });
      expect(project.text('/src/main.ts')).toBe(source);
      expect(project.messages.join()).toContain('as setUpOpenApi(app) before app.listen()');
    },
  );
});

describe('the secret of nest add', () => {
  it('stands only in .env, which git ignores', () => {
    const project = added();
    const env = parseEnv(project.text('/.env'));
    expect(env).toEqual({
      JWT_SECRET_KEY: expect.stringMatching(/^[0-9a-f]{128}$/),
      FIRST_USERNAME: 'ada',
      FIRST_PASSWORD: expect.stringMatching(/^[\w-]{16}$/),
    });
    for (const secret of [env.JWT_SECRET_KEY, env.FIRST_PASSWORD]) {
      const others = [...project.files].filter(([path]) => path !== '/.env').map(([, text]) => text);
      expect([...others, ...project.messages].filter((text) => text.includes(secret ?? ''))).toEqual([]);
    }
    expect(project.text('/.gitignore')).toBe('.env\n');
    expect(parseEnv(project.text('/.env.example'))).toEqual({
      JWT_SECRET_KEY: '',
      FIRST_USERNAME: '',
      FIRST_PASSWORD: '',
    });
    expect(parseEnv(added().text('/.env')).JWT_SECRET_KEY).not.toBe(env.JWT_SECRET_KEY);
  });

  it('leaves the lines that are there', () => {
    const project = added({
      '/.env': 'JWT_SECRET_KEY=mine\nPORT=1',
      '/.gitignore': 'dist\n.env\n',
      '/.env.example': 'PORT=\n',
    });
    expect(project.text('/.env')).toMatch(/^JWT_SECRET_KEY=mine\nPORT=1\nFIRST_USERNAME=ada\nFIRST_PASSWORD=\S+\n$/);
    expect(project.text('/.gitignore')).toBe('dist\n.env\n');
    expect(project.text('/.env.example')).toMatch(/^PORT=\n# /);
    expect(added({ '/.gitignore': 'dist\n.env.local' }).text('/.gitignore')).toBe('dist\n.env.local\n.env\n');
  });

  describe('in a folder', () => {
    const home = process.cwd();
    const folder = mkdtempSync(join(tmpdir(), 'nest-add-'));
    beforeAll(() => {
      process.chdir(folder);
      writeFileSync('package.json', manifestOf('^11.0.0'));
    });
    afterAll(() => {
      process.chdir(home);
      rmSync(folder, { recursive: true });
    });

    it('is in a file that only its owner can read', () => {
      // The tree of the program writes to the folder, and does not change permissions.
      const project = new Project();
      project.exists = (path) => project.files.has(path) || (path === '/.env' && existsSync('.env'));
      project.overwrite = (path, content) => void project.files.set(path, content);
      project.add();
      expect(project.text('/.env')).toContain('JWT_SECRET_KEY=');
      expect((statSync('.env').mode & 0o777).toString(8)).toBe('600');
      expect(readFileSync('.env', 'utf8')).toBe('');
    });

    it('is not written if git tracks .env', () => {
      const git = (...args: string[]) => execFileSync('git', args, { stdio: 'ignore' });
      git('init');
      git('add', '.env');
      const project = added();
      expect(project.exists('/.env')).toBe(false);
      expect(project.messages.join()).toContain('warning: git tracks .env');
    });
  });
});
