// #region replaced
import { Test } from '@nestjs/testing';
import { overrideJwt } from 'nestjs-jwt-extended/testing';
import { AppModule } from './app.module.js';

it('serves every request as one of alice', async () => {
  const builder = Test.createTestingModule({ imports: [AppModule] });
  const module = await overrideJwt(builder, { payload: { sub: 'alice' }, user: { city: 'Rome' } }).compile();
  const app = module.createNestApplication();
  await app.listen(0);
  const answer = await fetch(`${await app.getUrl()}/me`);
  expect(await answer.json()).toEqual({ identity: 'alice', city: 'Rome' });
  await app.close();
});
// #endregion
