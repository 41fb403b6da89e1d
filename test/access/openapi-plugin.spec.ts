import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Type } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import * as plugin from '@nestjs/swagger/plugin';
import { Test } from '@nestjs/testing';
import { documentJwt } from 'nestjs-jwt-extended/swagger';
import ts from 'typescript';
import { jwtModule } from '../support/jwt-app.js';

const NOTE = 'export class Note { text!: string; }';

const SOURCE = `
import { Body, Controller, Get, Post } from '@nestjs/common';
import { JwtRequired } from 'nestjs-jwt-extended';
import { Note } from './note.dto.js';

@Controller('notes')
export class NotesController {
  /** Lists the notes. */
  @Get()
  list(): Note[] {
    return [];
  }

  /** Adds a note. */
  @JwtRequired()
  @Post()
  add(@Body() note: Note): Note {
    return note;
  }
}
`;

/** The classes of the source, compiled as `nest build` does with the plugin of @nestjs/swagger in nest-cli.json. */
async function compileWithPlugin(folder: string): Promise<Type> {
  const file = join(folder, 'notes.controller.ts');
  writeFileSync(file, SOURCE);
  writeFileSync(join(folder, 'note.dto.ts'), NOTE);
  const program = ts.createProgram([file], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    skipLibCheck: true,
    types: [],
  });
  const transformer = plugin.before({ introspectComments: true, esmCompatible: true }, program);
  program.emit(undefined, undefined, undefined, false, {
    before: [transformer as ts.TransformerFactory<ts.SourceFile>],
  });
  const { NotesController } = (await import(join(folder, 'notes.controller.js'))) as { NotesController: Type };
  return NotesController;
}

it('documentJwt() works with what the plugin of @nestjs/swagger writes', async () => {
  mkdirSync('artifacts', { recursive: true });
  const folder = mkdtempSync(resolve('artifacts/swagger-plugin-'));
  try {
    const controllers = [await compileWithPlugin(folder)];
    const module = await Test.createTestingModule({ imports: [jwtModule()], controllers }).compile();
    const app = module.createNestApplication({ logger: false });
    const document = documentJwt(app, SwaggerModule.createDocument(app, new DocumentBuilder().build()));
    const { get, post } = document.paths['/notes'] ?? {};
    expect([get?.summary, get?.security]).toEqual(['Lists the notes.', []]);
    expect([post?.summary, post?.security]).toEqual(['Adds a note.', [{ bearer: [] }]]);
    expect(Object.keys(post?.responses ?? {})).toEqual(['201', '401', '422']);
    expect(JSON.stringify(post?.responses['201'])).toContain('#/components/schemas/Note');
    await app.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
