import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Controller, Get, Post, type INestApplication, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { JwtRequired, Public } from 'nestjs-jwt-extended';
import { accessLock } from 'nestjs-jwt-extended/testing';
import { jwtModule } from '../support/jwt-app.js';

function notesOf(onAdd: MethodDecorator): Type {
  @Controller('notes')
  class NotesController {
    @JwtRequired({ optional: true })
    @Get()
    list() {
      return [];
    }

    @onAdd
    @Post()
    add() {
      return {};
    }
  }
  return NotesController;
}

const folder = mkdtempSync(join(tmpdir(), 'access-lock-'));
const file = join(folder, 'deep/access.txt');
const { CI, UPDATE_ACCESS } = process.env;
const apps: INestApplication[] = [];

async function appWith(...controllers: Type[]): Promise<INestApplication> {
  const module = await Test.createTestingModule({ imports: [jwtModule()], controllers }).compile();
  const app = module.createNestApplication({ logger: false });
  apps.push(app);
  return app;
}

function setVariable(name: 'CI' | 'UPDATE_ACCESS', value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

beforeEach(() => {
  setVariable('CI', undefined);
  setVariable('UPDATE_ACCESS', undefined);
  rmSync(file, { force: true });
});

afterAll(async () => {
  setVariable('CI', CI);
  setVariable('UPDATE_ACCESS', UPDATE_ACCESS);
  await Promise.all(apps.map((app) => app.close()));
  rmSync(folder, { recursive: true });
});

describe('accessLock()', () => {
  const protectedNotes = notesOf(JwtRequired({ fresh: true, roles: ['admin', 'editor'], scopes: 'notes:write' }));

  it('writes one line for each handler, and then accepts the file', async () => {
    const app = await appWith(protectedNotes);
    accessLock(app, file, { update: true });
    expect(readFileSync(file, 'utf8').split('\n')).toEqual([
      '# The access to every handler. accessLock() of nestjs-jwt-extended compares it with the code.',
      'http request GET /notes (NotesController.list): optional, access token, in [headers]',
      'http request POST /notes (NotesController.add): required, fresh access token, scopes [notes:write], ' +
        'one role of [admin, editor], in [headers]',
      '',
    ]);
    expect(accessLock(app, file)).toBeUndefined();
    expect(accessLock(app, pathToFileURL(file))).toBeUndefined();
  });

  it.each(['1', 'true'])('writes the file with UPDATE_ACCESS=%s', async (value) => {
    setVariable('UPDATE_ACCESS', value);
    accessLock(await appWith(protectedNotes), file);
    expect(existsSync(file)).toBe(true);
  });

  it('does not write the file with { update: false } or UPDATE_ACCESS=0', async () => {
    const app = await appWith(protectedNotes);
    setVariable('UPDATE_ACCESS', '1');
    expect(() => accessLock(app, file, { update: false })).toThrow('does not exist');
    setVariable('UPDATE_ACCESS', '0');
    expect(() => accessLock(app, file)).toThrow('Run the test with UPDATE_ACCESS=1');
    expect(existsSync(file)).toBe(false);
  });

  it('never writes the file in CI', async () => {
    setVariable('CI', 'true');
    const app = await appWith(protectedNotes);
    expect(() => accessLock(app, file, { update: true })).toThrow('does not exist');
    expect(existsSync(file)).toBe(false);
  });

  it('shows what differs, in CI too', async () => {
    accessLock(await appWith(protectedNotes), file, { update: true });
    const before = readFileSync(file, 'utf8');
    const app = await appWith(notesOf(Public()));
    setVariable('CI', 'true');
    setVariable('UPDATE_ACCESS', '1');
    expect(() => accessLock(app, file)).toThrow(
      `The access to the handlers differs from ${file}. It was not written, because the variable CI is set.

- http request POST /notes (NotesController.add): required, fresh access token, scopes [notes:write], one role of [admin, editor], in [headers]
+ http request POST /notes (NotesController.add): public

"-" is a line of the file, "+" is what the code does now. If the change is intended: Run the test with UPDATE_ACCESS=1 to write the file, and commit it.`,
    );
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('shows new and removed handlers', async () => {
    @Controller('new')
    class NewController {
      @Get()
      read() {
        return {};
      }
    }
    accessLock(await appWith(protectedNotes), file, { update: true });
    const app = await appWith(protectedNotes, NewController);
    expect(() => accessLock(app, file)).toThrow('\n+ http request GET /new (NewController.read): none\n');
    accessLock(app, file, { update: true });
    const less = await appWith(protectedNotes);
    expect(() => accessLock(less, file)).toThrow('\n- http request GET /new (NewController.read): none\n');
  });

  it('ignores comments and the ends of lines', async () => {
    const app = await appWith(protectedNotes);
    accessLock(app, file, { update: true });
    const lines = readFileSync(file, 'utf8').replaceAll('\n', '\r\n');
    writeFileSync(file, `# reviewed\r\n\r\n${lines}`);
    expect(() => accessLock(app, file)).not.toThrow();
  });

  it('throws other errors of the file system', async () => {
    const app = await appWith(protectedNotes);
    expect(() => accessLock(app, folder)).toThrow('EISDIR');
  });
});
