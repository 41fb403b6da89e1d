import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Module, type DynamicModule, type INestApplication } from '@nestjs/common';
import { JwtExtendedModule, MemoryRevocationStore } from 'nestjs-jwt-extended';
import { JwtAuthModule } from 'nestjs-jwt-extended/auth';
import { SECRET } from '../support/forge.js';

/**
 * Puts a proxy before a provider that calls its methods, as @nestjs/observe does in a new project of Nest 12: each method has one
 * bound function, with its name and its metadata.
 */
function instanceDecorator(instance: unknown): unknown {
  if (typeof instance !== 'object' || instance === null) return instance;
  const bound = new WeakMap<object, unknown>();
  return new Proxy(instance, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || name === 'constructor') return value;
      if (!bound.has(value)) bound.set(value, boundTo(target, value as () => unknown));
      return bound.get(value);
    },
  });
}

function boundTo(target: object, method: (...args: unknown[]) => unknown): unknown {
  const bound: unknown = method.bind(target);
  Object.defineProperty(bound, 'name', { value: method.name });
  for (const key of Reflect.getMetadataKeys(method)) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, method), bound as object);
  }
  return bound;
}

const users = {
  authenticate: (username: string, password: string) => (password === 'secret' ? { id: username } : null),
};
const logIn = { ...users, refresh: true, routes: { refresh: true, logout: true, sessions: true, me: true } };
const jwt = {
  secret: SECRET,
  revocation: { store: new MemoryRevocationStore() },
  userLookup: ({ sub }: { sub?: string }) => ({ name: sub }),
  additionalClaims: () => ({ role: 'reader' }),
  verifyToken: () => true,
};

const MODULES: Readonly<Record<string, DynamicModule[]>> = {
  forRoot: [JwtExtendedModule.forRoot(jwt), JwtAuthModule.forRoot(logIn)],
  forRootAsync: [
    JwtExtendedModule.forRootAsync({ useFactory: () => jwt }),
    JwtAuthModule.forRootAsync({ useFactory: () => logIn }),
  ],
};

describe.each(Object.entries(MODULES))('an application with instrumented providers, by %s', (_name, imports) => {
  describe.each([
    ['express', () => new ExpressAdapter()],
    ['fastify', () => new FastifyAdapter()],
  ])('on %s', (_adapter, adapter) => {
    let app: INestApplication;
    let url: string;
    beforeAll(async () => {
      @Module({ imports })
      class AppModule {}
      app = await NestFactory.create(AppModule, adapter(), {
        logger: false,
        abortOnError: false,
        instrument: { instanceDecorator },
      });
      await app.listen(0, '127.0.0.1');
      url = await app.getUrl();
    });
    afterAll(() => app.close());

    async function send(method: string, path: string, token?: string, body?: object) {
      const headers = { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) };
      const response = await fetch(`${url}${path}`, {
        method,
        headers,
        body: JSON.stringify(body ?? (method === 'GET' ? undefined : {})),
      });
      return { status: response.status, body: (await response.json()) as Record<string, string> };
    }

    it('logs in, refreshes and logs out', async () => {
      expect((await send('POST', '/auth', undefined, { username: 'ada', password: 'wrong' })).status).toBe(401);
      const { status, body } = await send('POST', '/auth', undefined, { username: 'ada', password: 'secret' });
      expect(status).toBe(200);
      expect((await send('GET', '/auth/me', body.access_token)).body).toEqual({ identity: 'ada' });
      const refreshed = await send('POST', '/auth/refresh', body.refresh_token);
      expect(refreshed.status).toBe(200);
      expect((await send('GET', '/auth/sessions', refreshed.body.access_token)).status).toBe(200);
      expect((await send('POST', '/auth/logout', refreshed.body.access_token)).status).toBe(200);
      expect((await send('GET', '/auth/me', body.access_token)).body).toEqual({ msg: 'Token has been revoked' });
    });
  });
});
