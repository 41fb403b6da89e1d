import { IncomingMessage } from 'node:http';
import { Http2ServerRequest } from 'node:http2';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { ExecutionContext } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { getJwtContext, setJwtContext, type JwtContext } from 'nestjs-jwt-extended';

const CONTEXT: JwtContext = {
  token: 'a.b.c',
  header: { alg: 'HS256' },
  payload: { sub: 'alice', type: 'access', fresh: false, jti: null },
  location: 'headers',
};

function contextOf(type: string, ...args: object[]) {
  const context = new ExecutionContextHost(args);
  context.setType(type);
  return context;
}

describe('the stored context', () => {
  it('is null if no context is stored', () => {
    expect(getJwtContext({})).toBeNull();
    expect(getJwtContext(contextOf('http', {}, {}))).toBeNull();
    expect(getJwtContext(contextOf('ws', {}, {}))).toBeNull();
  });

  it('is found by the request of the framework, that of Node, and the execution context', () => {
    const raw = new IncomingMessage(new Socket());
    const request = { raw };
    for (const key of [raw, request, contextOf('http', request, {}), contextOf('http', raw, {})]) {
      setJwtContext(key, CONTEXT);
      for (const other of [raw, request, { raw }, contextOf('http', request, {}), contextOf('http', raw, {})]) {
        expect(getJwtContext(other)).toEqual(CONTEXT);
      }
      setJwtContext(key, null);
      expect(getJwtContext(request)).toBeNull();
    }
  });

  it('is found by the request of HTTP/2, which Fastify also wraps', () => {
    const raw = Object.create(Http2ServerRequest.prototype, { httpVersion: { value: '2.0' } }) as object;
    setJwtContext({ raw }, CONTEXT);
    expect(getJwtContext({ raw })).toEqual(CONTEXT);
  });

  it.each([
    ['an object', {}],
    ['a function', () => undefined],
    ['a stream', Readable.from([])],
    ['text', 'text'],
    ['a number', 5],
    ['null', null],
  ])('is not found by a property raw that is no request of Node: %s', (_what, raw) => {
    const [alice, bob] = [{ raw }, { raw }];
    setJwtContext(alice, CONTEXT);
    expect(getJwtContext(alice)).toEqual(CONTEXT);
    expect(getJwtContext(bob)).toBeNull();
  });

  it('is not found by the property raw if the request is Node’s own', () => {
    const raw = new IncomingMessage(new Socket());
    const requests = [0, 1].map(() => Object.assign(new IncomingMessage(new Socket()), { raw }));
    setJwtContext(requests[0] as object, CONTEXT);
    expect(getJwtContext(requests[1] as object)).toBeNull();
  });

  it('is found by a context that has only switchToHttp(), as in unit tests', () => {
    const request = {};
    const context = { switchToHttp: () => ({ getRequest: () => request }) } as ExecutionContext;
    expect(getJwtContext(context)).toBeNull();
    setJwtContext(context, CONTEXT);
    for (const key of [context, request, contextOf('http', request, {})]) expect(getJwtContext(key)).toEqual(CONTEXT);
    setJwtContext(request, null);
    expect(getJwtContext(context)).toBeNull();
  });

  it('cannot be set for a context whose arguments contain no object', () => {
    expect(getJwtContext(contextOf('ws'))).toBeNull();
    expect(() => setJwtContext(contextOf('ws'), CONTEXT)).toThrow(TypeError);
    expect(() => setJwtContext(contextOf('ws'), CONTEXT)).toThrow(/Pass a context whose first argument/);
  });

  it('has the defaults of an access token for the members that a test does not set', () => {
    const request = {};
    setJwtContext(request, { payload: { sub: 'alice', role: 'admin' } });
    expect(getJwtContext(request)).toMatchObject({
      payload: { sub: 'alice', role: 'admin', type: 'access', fresh: false, jti: null },
      location: 'headers',
    });
    expect(Object.isFrozen(getJwtContext(request)?.payload)).toBe(true);
    setJwtContext(request, { user: { name: 'Alice' } });
    expect(getJwtContext(request)?.user).toEqual({ name: 'Alice' });
  });

  it('belongs to one message of an unknown transport, even if the client is the same', () => {
    const client = {};
    const [one, two] = [contextOf('queue', client, {}), contextOf('queue', client, {})];
    setJwtContext(one, CONTEXT);
    expect(getJwtContext(one)).toEqual(CONTEXT);
    expect(getJwtContext(two)).toBeNull();
    expect(getJwtContext(client)).toBeNull();
  });

  it('is shared by all copies of the package', () => {
    const memory = (globalThis as Record<symbol, unknown>)[Symbol.for('nestjs-jwt-extended.contexts')];
    expect(memory).toBeInstanceOf(WeakMap);
    const request = {};
    setJwtContext(request, CONTEXT);
    expect((memory as WeakMap<object, unknown>).has(request)).toBe(true);
  });
});
