// #region protection
import { Test } from '@nestjs/testing';
import { accessLock, describeProtection } from 'nestjs-jwt-extended/testing';
import { AppModule } from './app.module.js';

it('refuses every bad token on each route, and changes no route by accident', async () => {
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication();
  accessLock(app, 'examples/55-tests/access.txt');
  await describeProtection(app, { identity: 'alice' });
  await app.close();
});
// #endregion
