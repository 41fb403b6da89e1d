import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { TokenService } from 'nestjs-jwt-extended';
import { ExampleProject } from '../docs/example-project.js';
import { readPage } from '../docs/page.js';
import { forge, readToken } from '../support/forge.js';
import type { Output } from './in-process.js';
import { InstalledCommand } from './installed-command.js';

const PAGE = 'docs/guide/command-line.md';
const { blocks } = readPage(PAGE);
const commands = blocks.flatMap(({ language, code }) => (language === 'sh' ? code.trim().split('\n') : []));

const APPLICATION = `
  import { Controller, Get, Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { JwtExtendedModule, JwtRequired } from 'nestjs-jwt-extended';

  @Controller('notes')
  class NotesController {
    @JwtRequired()
    @Get()
    list() {}
  }

  @Module({
    imports: [JwtExtendedModule.forRoot({ secret: 'a secret as long as SHA-256 wants it' })],
    controllers: [NotesController],
  })
  export class AppModule {}

  export async function createApp() {
    return (await NestFactory.create(AppModule, { logger: false })).setGlobalPrefix('api');
  }
`;

let project: InstalledCommand;
const outputs = new Map<string, Output>();
const files = new Map<string, string>();

beforeAll(async () => {
  project = await InstalledCommand.make();
  project.write('package.json', '{ "type": "module" }');
  project.write('token.txt', forge({ sub: 'ada' }));
  for (const file of ['app.module', 'app']) await project.compile(`dist/${file}.js`, APPLICATION, 'es6');
  for (const command of commands) {
    outputs.set(command, await project.run(command));
    const keys = join(project.folder, 'keys.json');
    if (existsSync(keys)) files.set(command, readFileSync(keys, 'utf8'));
  }
});
afterAll(() => project.remove());

const outputOf = (part: string) => outputs.get(commands.find((command) => command.includes(part)) ?? '');

describe(PAGE, () => {
  it.each(commands)('%s', (command) => {
    expect(outputs.get(command)).toMatchObject({ code: 0 });
  });

  it('has a command for each command', () => {
    for (const words of ['secret', 'keys generate', 'keys rotate', 'inspect', 'access']) {
      expect(commands.some((command) => command.startsWith(`npx nestjs-jwt-extended ${words}`))).toBe(true);
    }
  });

  it('prints what the page says', () => {
    expect(outputOf('wc -c')?.stdout.trim()).toBe('129');
    expect(outputOf('inspect')?.stdout).toContain('"sub": "ada"');
    expect(outputOf('app.module.js')?.stdout).toMatch(/\/notes /);
    expect(outputOf('#createApp')?.stdout).toMatch(/\/api\/notes /);
    expect(outputOf('--announce')?.stdout).toMatch(/^2027-07 .*verifies\n2027-01 .*signs\n2026-11 .*verifies until/m);
  });

  it('has an example that reads each list of keys', async () => {
    const example = new ExampleProject(blocks);
    const folder = process.cwd();
    try {
      const { CommandLineModule } = (await import(example.path('src/command-line.module.ts'))) as {
        CommandLineModule: new () => object;
      };
      process.chdir(project.folder);
      for (const [command, text] of files) {
        project.write('keys.json', text);
        const module = await Test.createTestingModule({ imports: [CommandLineModule] }).compile();
        const token = await module.get(TokenService, { strict: false }).createAccessToken('ada');
        const list = JSON.parse(text) as { kid: string; use: string }[];
        const signing = list.find(({ use }) => use === 'sign');
        expect({ command, kid: readToken(token).header.kid }).toEqual({ command, kid: signing?.kid });
      }
    } finally {
      process.chdir(folder);
      example.remove();
    }
  });
});
