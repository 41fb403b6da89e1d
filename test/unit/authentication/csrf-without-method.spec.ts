import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Test } from '@nestjs/testing';
import { CsrfException, JwtExtendedModule, JwtGuard, JwtRequired } from 'nestjs-jwt-extended';
import { forge, SECRET } from '../../support/forge.js';
import { errorOf } from '../../support/token-service.js';

class AccountController {
  @JwtRequired()
  read() {}
}

/** A request that did not come over plain HTTP, such as the handshake of a socket. */
const requestWith = (headers: Record<string, string>, method?: unknown) => ({
  method,
  headers: { cookie: `access_token_cookie=${forge({ csrf: 'value' })}`, ...headers },
});

async function refusal(request: object) {
  const imports = [JwtExtendedModule.forRoot({ secret: SECRET, tokenLocation: 'cookies' })];
  const guard = (await Test.createTestingModule({ imports }).compile()).get(JwtGuard);
  const context = new ExecutionContextHost([request], AccountController, AccountController.prototype.read);
  return errorOf(() => guard.canActivate(context));
}

describe('a token from a cookie of a request without a method', () => {
  it.each([[undefined], [null], [''], [0], [{}]])('needs the double submit value: method %j', async (method) => {
    expect(await refusal(requestWith({}, method))).toEqual(new CsrfException('Missing CSRF token'));
    expect(await refusal(requestWith({ 'x-csrf-token': 'other' }, method))).toBeInstanceOf(CsrfException);
    expect(await refusal(requestWith({ 'x-csrf-token': 'value' }, method))).toBeUndefined();
  });

  it('needs no double submit value with a safe method', async () => {
    expect(await refusal(requestWith({}, 'GET'))).toBeUndefined();
  });
});
