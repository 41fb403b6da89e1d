import { readFileSync } from 'node:fs';
import type { Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Settings } from '../../src/options/settings.js';
import { SETTINGS } from '../../src/options/tokens.js';
import { resolveSettings } from '../../src/options/resolve-settings.js';
import { ExampleProject } from './example-project.js';
import { codeBlocksOf } from './page.js';

const text = readFileSync('docs/guide/identity-providers.md', 'utf8');
const project = new ExampleProject(codeBlocksOf(text));

afterAll(() => project.remove());

it.each(['keycloak', 'cognito', 'entra'])('shows valid options for %s', async (name) => {
  const shown = (await import(project.path(`src/${name}.ts`))) as Record<string, object>;
  const { jwks } = resolveSettings(shown[name]);
  expect(jwks.length).toBeGreaterThan(0);
  for (const { isAudienceChosen } of jwks) expect(isAudienceChosen).toBe(true);
});

it('shows valid options for Auth0', async () => {
  const { AppModule } = (await import(project.path('src/app.module.ts'))) as { AppModule: Type };
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const { jwks } = module.get<Settings>(SETTINGS, { strict: false });
  expect(jwks).toEqual([expect.objectContaining({ isAudienceChosen: true })]);
});

it('accepts only access tokens of Cognito for this client', async () => {
  process.env.COGNITO_CLIENT_ID = 'client';
  const { cognito } = (await import(project.path('src/cognito.ts'))) as {
    cognito: { verifyToken(payload: object): boolean };
  };
  expect(cognito.verifyToken({ token_use: 'access', client_id: 'client' })).toBe(true);
  expect(cognito.verifyToken({ token_use: 'id', client_id: 'client' })).toBe(false);
  expect(cognito.verifyToken({ token_use: 'access', client_id: 'other' })).toBe(false);
});
