import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import type { INestApplication, Type } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { debianProgram, itWithProgram } from '../support/programs.js';
import { ExampleProject } from './example-project.js';
import { readPage } from './page.js';

const run = promisify(execFile);
Logger.overrideLogger(false);

const { text, blocks } = readPage('README.md');
const project = new ExampleProject(blocks);
const shown = (language: string) => blocks.filter((block) => block.language === language).map(({ code }) => code);

afterAll(() => project.remove());

it('has at most 12 KB', () => {
  expect(statSync('README.md').size).toBeLessThanOrEqual(12_288);
});

it('lists its headings at the top', () => {
  const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  const listed = [...text.matchAll(/^- \[(.+)\]\(#[\w-]+\)$/gm)].map(([, heading]) => heading);
  expect(listed).toEqual(headings);
});

it('installs the packages that a new application of Nest does not have', () => {
  const { peerDependencies, peerDependenciesMeta } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    peerDependencies: object;
    peerDependenciesMeta: object;
  };
  const installedByNest = ['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs'];
  const optional = Object.keys(peerDependenciesMeta);
  const needed = Object.keys(peerDependencies).filter((name) => ![...installedByNest, ...optional].includes(name));
  expect(shown('sh')).toContain(`npm install nestjs-jwt-extended ${needed.join(' ')}\n`);
});

describe('the application', () => {
  let app: INestApplication;

  beforeAll(async () => {
    const command = shown('sh')
      .flatMap((code) => code.split('\n'))
      .find((line) => line.includes('JWT_SECRET_KEY='));
    const { stdout } = await run('bash', ['--norc', '-euc', `${command}\nprintf %s "$JWT_SECRET_KEY"`]);
    process.env.JWT_SECRET_KEY = stdout;
    const { AppModule } = (await import(project.path('src/app.module.ts'))) as { AppModule: Type };
    app = await NestFactory.create(AppModule);
    await app.listen(0);
  });
  afterAll(() => app.close());

  itWithProgram(debianProgram('curl'), 'answers as shown', async () => {
    const { port } = new URL(await app.getUrl());
    const console = shown('console').join('').replaceAll('localhost:3000', `localhost:${port}`);
    const steps = console.split(/^\$ /m).slice(1);
    const commands = steps.map((step) => step.slice(0, step.indexOf('\n')));
    const { stdout, stderr } = await run('bash', ['--norc', '-euc', commands.join(`\nprintf '\\x1e'\n`)]);
    expect(stderr).toBe('');
    const answers = stdout.split('\x1e').map((answer, index) => `${commands[index]}\n${answer}`.trim());
    expect(answers.map(withoutTokens)).toEqual(steps.map((step) => step.trim()));
  });
});

/** Shortens tokens as the page does. */
function withoutTokens(answer: string): string {
  return answer.replace(/eyJ[\w.-]+/g, 'eyJ…');
}

it('links each sentence of its table of features to a test, or to a page that a test compares', () => {
  const table = text.slice(text.indexOf('## What it does'), text.indexOf('## How it compares'));
  const rows = [...table.matchAll(/^\| \[.+?\| (.+?) *\|$/gm)].map(([, claims = '']) => claims);
  expect(rows.length).toBeGreaterThan(12);
  expect(rows.filter((claims) => !claims.includes('](test/'))).toEqual([]);
  const sentences = rows.flatMap((claims) => claims.split(/(?<=\.) (?=[A-Z[])/));
  expect(sentences.filter((sentence) => !/\]\((test|docs)\//.test(sentence))).toEqual([]);
});
