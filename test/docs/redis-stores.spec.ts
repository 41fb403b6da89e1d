import { Logger, type Type } from '@nestjs/common';
import { TokenService } from 'nestjs-jwt-extended';
import { startApp } from '../support/adapters.js';
import { SECRET } from '../support/forge.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { ExampleProject } from './example-project.js';
import { readPage } from './page.js';

describeWithRedis('the examples with Redis', () => {
  const before = { ...process.env };
  let server: RedisServer;

  beforeAll(async () => {
    server = await RedisServer.start('--maxmemory-policy', 'noeviction');
    Object.assign(process.env, { REDIS_URL: server.url, JWT_SECRET_KEY: SECRET });
  });
  afterAll(async () => {
    for (const name of ['REDIS_URL', 'JWT_SECRET_KEY']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    Logger.overrideLogger(false);
    await server.stop();
  });

  it.each([
    ['docs/guide/redis-store.md', 'src/redis.module.ts', 'RedisModule'],
    ['docs/guide/local-cache.md', 'src/cached.module.ts', 'CachedModule'],
  ])('of %s open sessions, and leave no connection after app.close()', async (page, file, name) => {
    const project = new ExampleProject(readPage(page).blocks);
    const logger = new RecordingLogger();
    try {
      const { [name]: module } = (await import(project.path(file))) as Record<string, Type>;
      const { app, close } = await startApp('express', { imports: [module as Type] });
      Logger.overrideLogger(logger);
      const tokens = app.get(TokenService, { strict: false });
      await tokens.createTokenPair(`user of ${name}`);
      expect(await tokens.listSessions(`user of ${name}`)).toHaveLength(1);
      await close();
      expect([...logger.errors, ...logger.warnings]).toEqual([]);
      // The one that is left is that of this command.
      expect(server.run('CLIENT', 'LIST').trim().split('\n')).toHaveLength(1);
    } finally {
      project.remove();
    }
  });
});
