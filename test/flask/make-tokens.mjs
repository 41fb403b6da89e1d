// Writes data/from-nest.json: one log-in per configuration, with tokens of the built library. Run `npm run build` first.
import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { Test } from '@nestjs/testing';
import { JwtExtendedModule, optionsFromFlaskConfig, TokenService } from '../../dist/esm/index.js';

const folder = new URL('data/', import.meta.url);
const keys = new URL('../conformance/data/', import.meta.url);
const configurations = JSON.parse(readFileSync(new URL('configurations.json', folder), 'utf8'));

// The tokens are issued in 2024 and expire in 2100, so that the tests can replay them at any time.
Date.now = () => Date.UTC(2024, 0, 1);

const fromFile = (value) => (value?.$file === undefined ? value : readFileSync(new URL(value.$file, keys), 'utf8'));

async function sessionOf(configuration) {
  const settings = Object.entries(configuration).map(([name, value]) => [name, fromFile(value)]);
  const options = optionsFromFlaskConfig(Object.fromEntries(settings));
  const module = await Test.createTestingModule({ imports: [JwtExtendedModule.forRoot(options)] }).compile();
  const tokens = module.get(TokenService);
  const accessToken = await tokens.createAccessToken('alice', { fresh: true, claims: { role: 'admin' } });
  const refreshToken = await tokens.createRefreshToken('alice');
  const csrfOf = (token) => tokens.decodeUnverified(token).payload.csrf ?? null;
  return { accessToken, refreshToken, csrf: { access: csrfOf(accessToken), refresh: csrfOf(refreshToken) } };
}

const sessions = {};
for (const [name, configuration] of Object.entries(configurations)) sessions[name] = await sessionOf(configuration);
writeFileSync(new URL('from-nest.json', folder), `${JSON.stringify(sessions, null, 2)}\n`);
