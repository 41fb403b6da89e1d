import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { MemoryRevocationStore } from 'nestjs-jwt-extended';
import { documentJwt } from 'nestjs-jwt-extended/swagger';
import { withJwtApp } from '../support/jwt-app.js';
import { logInModule } from '../support/log-in-app.js';

const routes = { refresh: true, logout: true, logoutEverywhere: true, sessions: true, me: true };
const setup = {
  options: { revocation: { store: new MemoryRevocationStore() }, requireByDefault: true },
  imports: [
    logInModule({ refresh: true, routes }),
    logInModule({ path: 'admin/auth', usernameKey: 'email', credentials: undefined }),
    logInModule({ path: 'other', credentials: () => null }),
    logInModule({ path: 'session', cookies: true, routes: { logout: '/session' } }),
  ],
};

let document: OpenAPIObject;

beforeAll(async () => {
  await withJwtApp('express', setup, async ({ nest }) => {
    document = documentJwt(nest, SwaggerModule.createDocument(nest, new DocumentBuilder().addBearerAuth().build()));
  });
});

it('lists the routes of a log-in in an OpenAPI document', () => {
  expect(Object.keys(document.paths).sort()).toEqual([
    '/admin/auth',
    '/auth',
    '/auth/logout',
    '/auth/logout-everywhere',
    '/auth/me',
    '/auth/refresh',
    '/auth/sessions',
    '/auth/sessions/{sid}',
    '/other',
    '/session',
  ]);
});

it('describes the body of the log-in', () => {
  const bodyOf = (path: string) => document.paths[path]?.post?.requestBody;
  const schemaFor = (username: string) => ({
    type: 'object',
    required: [username, 'password'],
    properties: { [username]: { type: 'string' }, password: { type: 'string', format: 'password' } },
  });
  expect(bodyOf('/auth')).toEqual({
    required: true,
    content: { 'application/json': { schema: schemaFor('username') } },
  });
  expect(bodyOf('/admin/auth')).toMatchObject({ content: { 'application/json': { schema: schemaFor('email') } } });
  expect(bodyOf('/other')).toBeUndefined();
});

it('says which routes are open, and gives each operation an id of its own', () => {
  const { paths } = document;
  expect([paths['/auth']?.post?.security, paths['/session']?.post?.security]).toEqual([[], []]);
  expect(paths['/auth/me']?.get?.security).not.toEqual([]);
  const ids = Object.values(paths).flatMap(({ get, post, delete: remove }) => [get, post, remove]);
  const named = ids.flatMap((operation) => operation?.operationId ?? []);
  expect(new Set(named).size).toBe(named.length);
});

it('says that a log-out needs a token, and which tokens it refuses', () => {
  const { post, delete: remove } = document.paths['/auth/logout'] ?? {};
  for (const operation of [post, remove]) {
    expect(operation?.security).toEqual([{ bearer: [] }, { 'bearer-refresh': [] }]);
    expect(Object.keys(operation?.responses ?? {})).toEqual(['200', '401', '422', '503']);
    const examples = JSON.stringify(operation?.responses);
    expect(examples).toContain('JWT_MISSING');
    for (const code of ['JWT_EXPIRED', 'JWT_REVOKED']) expect(examples).not.toContain(code);
  }
});

it('says that a log-out with cookies accepts a request without them', () => {
  const { delete: remove } = document.paths['/session'] ?? {};
  expect(remove?.security).toEqual([{}, { 'jwt-cookie': [], 'jwt-csrf': [] }]);
});
