import { accessLock, describeProtection } from 'nestjs-jwt-extended/testing';
import { AppModule } from '../../sample/src/app.module.js';
import { startApp, type RunningApp } from '../support/adapters.js';

let app: RunningApp;

beforeAll(async () => {
  app = await startApp('express', { imports: [AppModule] });
});

afterAll(() => app.close());

it('has the access of test/sample/access.txt', () => accessLock(app.app, 'test/sample/access.txt'));

it('refuses every bad token, on each route', async () => {
  const calls = await describeProtection(app.app, { identity: { id: '1', username: 'alice', role: 'admin' } });
  expect(calls.length).toBeGreaterThan(80);
});
