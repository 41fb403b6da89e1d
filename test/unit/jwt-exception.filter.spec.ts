import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Test } from '@nestjs/testing';
import {
  ExpiredTokenException,
  JwtExceptionFilter,
  JwtExtendedModule,
  type JwtExtendedOptions,
  type JwtTransport,
} from 'nestjs-jwt-extended';
import { isObservable, lastValueFrom, type Observable } from 'rxjs';
import { SECRET } from '../support/forge.js';
import { errorOf } from '../support/token-service.js';

async function filterWith(options: JwtExtendedOptions = {}): Promise<JwtExceptionFilter> {
  const imports = [JwtExtendedModule.forRoot({ secret: SECRET, ...options })];
  return (await Test.createTestingModule({ imports }).compile()).get(JwtExceptionFilter);
}

function hostOf(type: string) {
  const host = new ExecutionContextHost([{}, {}]);
  host.setType(type);
  return host;
}

const exception = new ExpiredTokenException();
const CONTENT = { status: 'error', code: 'JWT_EXPIRED', message: 'Token has expired' };

/** The error of a transport, like `RpcException`: `getError()` returns its content. */
class QueueError extends Error {
  getError() {
    return { queue: this.message };
  }
}

const transportFor = (type: string, refuse?: JwtTransport['refuse']): JwtTransport => ({
  accepts: (context) => context.getType<string>() === type,
  requestOf: () => ({ headers: {} }),
  keyOf: (context) => context.getArgByIndex<object>(0),
  refuse,
});

describe('the filter, for an exception of a handler', () => {
  it.each(['graphql', 'queue'])('throws the same exception in a context of type %s', async (type) => {
    const filter = await filterWith();
    expect(() => filter.catch(exception, hostOf(type))).toThrow(exception);
  });

  it('returns an Observable in a microservice, because the caller gets no answer from a filter that throws', async () => {
    const answer = (await filterWith()).catch(exception, hostOf('rpc'));
    expect(isObservable(answer)).toBe(true);
    await expect(lastValueFrom(answer as Observable<never>)).rejects.toEqual(CONTENT);
  });

  it.each([
    ['queue', ({ code }) => new QueueError(code)],
    ['queue', undefined],
  ] satisfies [string, JwtTransport['refuse']][])(
    'throws the error that the transport of %s returns',
    async (type, refuse) => {
      const filter = await filterWith({ transports: [transportFor(type, refuse)] });
      const expected = refuse === undefined ? exception : new QueueError('JWT_EXPIRED');
      expect(await errorOf(() => filter.catch(exception, hostOf(type)))).toEqual(expected);
    },
  );

  it.each<[string, JwtTransport['refuse'], unknown]>([
    ['the content of an error with getError()', ({ code }) => new QueueError(code), { queue: 'JWT_EXPIRED' }],
    ['an object as it is', ({ code }) => ({ own: code }), { own: 'JWT_EXPIRED' }],
    ['the exception as an object', (error) => error, CONTENT],
  ])('sends %s in a microservice', async (_what, refuse, content) => {
    const filter = await filterWith({ transports: [transportFor('rpc', refuse)] });
    const answer = filter.catch(exception, hostOf('rpc')) as Observable<never>;
    await expect(lastValueFrom(answer)).rejects.toEqual(content);
  });
});
