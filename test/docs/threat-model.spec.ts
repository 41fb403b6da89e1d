import { readFileSync } from 'node:fs';
import { Logger, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { MemoryRevocationStore } from 'nestjs-jwt-extended';
import { SECRET } from '../support/forge.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { ExampleProject } from './example-project.js';
import { readPage, rowsOf } from './page.js';

const PAGE = 'docs/operations/threat-model.md';
const rows = rowsOf(PAGE, ['promise', 'test']);

it.each(rows)('the promise "%s" has its test', (_promise, cell = '') => {
  const [, path = '', name = ''] = /^`([^`]+)`: (.+)$/.exec(cell) ?? [];
  expect(name).not.toBe('');
  expect(readFileSync(path, 'utf8')).toContain(name);
});

it('lists promises in each part about an attacker', () => {
  expect(rows.length).toBeGreaterThan(20);
});

it('shows options with which the start in production warns of nothing', async () => {
  const project = new ExampleProject(readPage(PAGE).blocks);
  const before = { NODE_ENV: process.env.NODE_ENV, JWT_SECRET_KEY: process.env.JWT_SECRET_KEY };
  const logger = new RecordingLogger();
  try {
    const { protectedModule } = (await import(project.path('src/app.module.ts'))) as {
      protectedModule: (store: MemoryRevocationStore) => Type;
    };
    Object.assign(process.env, { NODE_ENV: 'production', JWT_SECRET_KEY: SECRET });
    Logger.overrideLogger(logger);
    const module = await Test.createTestingModule({
      imports: [protectedModule(new MemoryRevocationStore())],
    }).compile();
    await module.init();
    await module.close();
    expect(logger.warnings).toEqual([]);
  } finally {
    Logger.overrideLogger(false);
    if (before.NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before.NODE_ENV;
    if (before.JWT_SECRET_KEY === undefined) delete process.env.JWT_SECRET_KEY;
    project.remove();
  }
});
