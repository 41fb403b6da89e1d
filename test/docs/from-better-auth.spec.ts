import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Module, type Type } from '@nestjs/common';
import { JwtIdentity } from 'nestjs-jwt-extended';
import { startApp, type RunningApp } from '../support/adapters.js';
import { send } from '../support/http-client.js';
import { foreignToken, jwks, providerKey } from '../support/identity-provider.js';
import { ExampleProject } from './example-project.js';
import { readPage } from './page.js';

const project = new ExampleProject(readPage('docs/migration/from-better-auth.md').blocks);

@Controller()
class MeController {
  @Get('me')
  me(@JwtIdentity() identity: string) {
    return { identity };
  }
}

describe('the application of docs/migration/from-better-auth.md', () => {
  const key = providerKey('better', 'EdDSA');
  const paths: (string | undefined)[] = [];
  let issuer: string;
  let provider: Server;
  let app: RunningApp;

  beforeAll(async () => {
    provider = createServer(({ url }, response) => {
      paths.push(url);
      response.end(JSON.stringify(jwks(key)));
    }).listen(0, '127.0.0.1');
    await once(provider, 'listening');
    issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    process.env.BETTER_AUTH_URL = issuer;
    const { AppModule } = (await import(project.path('src/app.module.ts'))) as { AppModule: Type };
    @Module({ imports: [AppModule], controllers: [MeController] })
    class WithRoute {}
    app = await startApp('express', { imports: [WithRoute] });
  });
  afterAll(async () => {
    await app.close();
    provider.close();
    delete process.env.BETTER_AUTH_URL;
    project.remove();
  });

  it('accepts a token with the issuer and the audience of better-auth', async () => {
    const token = foreignToken(key, { iss: issuer, aud: issuer, name: 'Alice' });
    expect(await send('GET', `${app.url}/me`, { token })).toEqual({ status: 200, body: { identity: 'alice' } });
    expect(new Set(paths)).toEqual(new Set(['/api/auth/jwks']));
  });

  it.each([
    ['another issuer', () => ({ iss: 'https://example.com', aud: issuer })],
    ['another audience', () => ({ iss: issuer, aud: 'https://example.com' })],
  ])('refuses a token with %s', async (_, claims) => {
    const token = foreignToken(key, claims());
    expect((await send('GET', `${app.url}/me`, { token })).status).toBe(422);
  });

  it('refuses a request without a token', async () => {
    expect((await send('GET', `${app.url}/me`)).status).toBe(401);
  });
});
