import { Logger } from '@nestjs/common';
import { forge, SECRET } from '../../support/forge.js';
import { leaks, leaksIn } from '../../support/leaks.js';

describe('the record of what a spec prints', () => {
  beforeEach(() => Logger.overrideLogger(false));
  afterEach(() => expect(leaks.take()).toEqual([]));

  it.each<[string, (text: string) => unknown]>([
    ['a logger that is turned off', (text) => new Logger('test').warn(`The token ${text} is bad.`)],
    ['an object in a log', (text) => new Logger('test').error({ request: { headers: { authorization: text } } })],
    ['the static logger', (text) => Logger.log(text)],
  ])('finds a token and a secret in %s', (_what, print) => {
    print(`Bearer ${forge()}`);
    print(SECRET);
    expect(leaks.take()).toEqual([`${forge().slice(0, 12)}…`, `${SECRET.slice(0, 12)}…`]);
  });

  it('finds no leak in a code, a message, or a hash', () => {
    new Logger('test').warn('JWT_EXPIRED: Token has expired, a1b2.c3d4.e5f6, eyJ');
    expect(leaksIn('{"msg":"Missing Authorization Header"}')).toEqual([]);
  });
});
