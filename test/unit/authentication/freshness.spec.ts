import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Test } from '@nestjs/testing';
import { FreshTokenRequiredException, JwtExtendedModule, JwtGuard, JwtRequired } from 'nestjs-jwt-extended';
import { forge, nowInSeconds, SECRET } from '../../support/forge.js';
import { errorOf } from '../../support/token-service.js';

class AccountController {
  @JwtRequired({ fresh: true })
  close() {}
}

describe('a token with a time in the claim fresh', () => {
  const realNow = Date.now;
  const until = nowInSeconds() + 10;
  const token = forge({ fresh: until });
  afterEach(() => {
    Date.now = realNow;
  });

  it.each([
    [-0.001, true],
    [0, false],
    [0.001, false],
  ])('is checked %d s after this time: fresh is %p', async (seconds, isFresh) => {
    const imports = [JwtExtendedModule.forRoot({ secret: SECRET })];
    const guard = (await Test.createTestingModule({ imports }).compile()).get(JwtGuard);
    const request = { method: 'DELETE', headers: { authorization: `Bearer ${token}` } };
    const context = new ExecutionContextHost([request], AccountController, AccountController.prototype.close);
    Date.now = () => until * 1000 + seconds * 1000;
    const error = await errorOf(() => guard.canActivate(context));
    if (isFresh) expect(error).toBeUndefined();
    else expect(error).toBeInstanceOf(FreshTokenRequiredException);
  });
});
