// #region unit
import { Test } from '@nestjs/testing';
import { JwtExtendedModule } from 'nestjs-jwt-extended';
import { AppController, AppService } from './app.module.js';

describe('AppController', () => {
  let appController: AppController;

  beforeEach(async () => {
    const app = await Test.createTestingModule({
      // The new line: the controller injects TokenService, and its routes need the guard.
      imports: [JwtExtendedModule.forRoot({ secret: 'a secret of at least 32 bytes for tests' })],
      controllers: [AppController],
      providers: [AppService],
    }).compile();
    appController = app.get(AppController);
  });

  it('should return "Hello World!"', () => {
    expect(appController.getHello()).toBe('Hello World!');
  });
});
// #endregion
