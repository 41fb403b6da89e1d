import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Controller, Get, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { JwtExtendedModule, JwtRequired } from 'nestjs-jwt-extended';
import { accessLock } from 'nestjs-jwt-extended/testing';
import { Folder } from './in-process.js';
import { InstalledCommand } from './installed-command.js';

const SOURCE = `
  import 'reflect-metadata';
  import { Controller, Get, Injectable, Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { JwtExtendedModule, JwtRequired } from 'nestjs-jwt-extended';

  @Injectable()
  class NotesService {
    onModuleInit() {
      throw new Error('The hooks of the application run.');
    }
  }

  @Controller('notes')
  class NotesController {
    constructor(private readonly notes: NotesService) {
      console.log('The application prints ' + typeof this.notes.onModuleInit);
      // A connection that stays open.
      setInterval(() => undefined, 1000);
    }

    @JwtRequired({ scopes: 'notes:read' })
    @Get()
    list() {}

    @Get('open')
    open() {}
  }

  @Module({
    imports: [JwtExtendedModule.forRoot({ secret: 'a secret as long as SHA-256 wants it' })],
    controllers: [NotesController],
    providers: [NotesService],
  })
  export class AppModule {}

  @Module({})
  export class OtherModule {}

  export async function createApp() {
    const app = await NestFactory.create(AppModule, { logger: false });
    app.setGlobalPrefix('api');
    return app;
  }

  export const nothing = () => null;
  export const text = 'a text';
`;

/** The same application, for this process. */
const QUIET = SOURCE.replace(/^ *(?:console\.log|setInterval).*$/gm, '');

let project: InstalledCommand;
beforeAll(async () => {
  project = await InstalledCommand.make();
  const types = { module: 'es6', commonjs: 'commonjs' } as const;
  for (const [type, format] of Object.entries(types)) {
    project.write(`${type}/package.json`, JSON.stringify({ type }));
    await project.compile(`${type}/app.module.js`, SOURCE, format);
  }
});
afterAll(() => project.remove());

const access = (target: string) => project.run(`node_modules/.bin/nestjs-jwt-extended access ${target}`);
const accessHere = (target: string) => new Folder(project.folder).run(['access', target]);

/** The same handlers, in this process. */
async function expectedLines(): Promise<string[]> {
  @Controller('notes')
  class NotesController {
    @JwtRequired({ scopes: 'notes:read' })
    @Get()
    list() {}

    @Get('open')
    open() {}
  }
  const imports = [JwtExtendedModule.forRoot({ secret: 'a secret as long as SHA-256 wants it' })];
  @Module({ imports, controllers: [NotesController] })
  class AppModule {}
  const app = (await Test.createTestingModule({ imports: [AppModule] }).compile()).createNestApplication();
  const file = join(project.folder, 'access.txt');
  delete process.env.CI;
  accessLock(app, file, { update: true });
  return readFileSync(file, 'utf8').split('\n').slice(1);
}

describe.each(['module', 'commonjs'])('the command access, for an application of type "%s"', (type) => {
  it('prints the lines of accessLock(), and what the application prints goes to stderr', async () => {
    const { code, stdout, stderr } = await access(`${type}/app.module.js`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'The application prints function\n' });
    expect(stdout.split('\n')).toEqual(await expectedLines());
    expect(stdout).toContain('http');
  });

  it('calls an exported function that creates the application', async () => {
    const { code, stdout } = await access(`${type}/app.module.js#createApp`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\/api\/notes\b.*\n.*\/api\/notes\/open/);
  });
});

describe('the command access', () => {
  it.each([
    ['#OtherModule', 'imports JwtExtendedModule'],
    ['#nothing', 'The function returned no application of Nest.'],
    [
      '#text',
      'no class or function text. Name one of its exports after #: AppModule, OtherModule, createApp, nothing, text',
    ],
    ['#Missing', 'no class or function Missing'],
  ])('refuses the export %s', async (name, message) => {
    const { code, stdout, stderr } = await accessHere(`module/app.module.js${name}`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('refuses a missing file, and TypeScript, with the remedy', async () => {
    expect(await accessHere('dist/missing.js')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('npm run build'),
    });
    project.write('src/app.module.ts', SOURCE);
    const { code, stderr } = await accessHere('src/app.module.ts');
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('is TypeScript. Build') });
    expect((await access('')).code).toBe(2);
  });

  it('takes the only class of a file, and asks for a name if there are several', async () => {
    const exported = async (file: string, text: string) => {
      await project.compile(`module/${file}.js`, `${QUIET.replace(/export /g, '')}${text}`, 'es6');
      return accessHere(`module/${file}.js`);
    };
    expect(await exported('one', 'export { AppModule as RootModule };')).toMatchObject({ code: 0 });
    expect(await exported('default', 'export default AppModule;')).toMatchObject({ code: 0 });
    const { code, stderr } = await exported('two', 'export { AppModule as RootModule, OtherModule };');
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('OtherModule, RootModule') });
  });

  it('shows why the application does not start', async () => {
    await project.compile(
      'module/wrong.module.js',
      QUIET.replace('a secret as long', 'short').replace(' as SHA-256 wants it', ''),
      'es6',
    );
    const { code, stderr } = await accessHere('module/wrong.module.js');
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('HS256 needs at least 32') });
  });
});
