import { Logger, type Type } from '@nestjs/common';
import { TokenService } from 'nestjs-jwt-extended';
import { startApp } from '../support/adapters.js';
import { OTHER_SECRET, SECRET } from '../support/forge.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { ExampleProject } from './example-project.js';
import { readPage } from './page.js';

describeWithRedis('the application of docs/operations/deployment.md', () => {
  const project = new ExampleProject(readPage('docs/operations/deployment.md').blocks);
  const before = { ...process.env };
  let server: RedisServer;

  beforeAll(async () => {
    server = await RedisServer.start('--maxmemory-policy', 'noeviction', '--appendonly', 'yes');
    Object.assign(process.env, { NODE_ENV: 'production', REDIS_URL: server.url });
    Object.assign(process.env, { JWT_SECRET_KEY: SECRET, JWT_OLD_SECRET_KEY: OTHER_SECRET });
  });
  afterAll(async () => {
    for (const name of ['NODE_ENV', 'REDIS_URL', 'JWT_SECRET_KEY', 'JWT_OLD_SECRET_KEY']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    Logger.overrideLogger(false);
    await server.stop();
    project.remove();
  });

  it('starts without a warning, opens sessions, and closes every connection to Redis', async () => {
    const logger = new RecordingLogger();
    const { AppModule } = (await import(project.path('src/app.module.ts'))) as { AppModule: Type };
    const { app, close } = await startApp('express', { imports: [AppModule] }, (builder) => builder.setLogger(logger));
    Logger.overrideLogger(logger);
    const tokens = app.get(TokenService, { strict: false });
    await tokens.createTokenPair('alice');
    expect(await tokens.listSessions('alice')).toHaveLength(1);
    await close();
    expect(logger.warnings).toEqual([]);
    // The one that is left is that of this command.
    expect(server.run('CLIENT', 'LIST').trim().split('\n')).toHaveLength(1);
  });
});
