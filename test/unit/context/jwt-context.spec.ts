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

describe('the remembered context', () => {
  it('is null where nothing is remembered', () => {
    expect(getJwtContext({})).toBeNull();
    expect(getJwtContext(contextOf('http', {}, {}))).toBeNull();
    expect(getJwtContext(contextOf('ws', {}, {}))).toBeNull();
  });

  it('is found by the request, by Node’s own and by the execution context', () => {
    const raw = {};
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

  it('needs no more than what a test has to say; the rest is that of an access token', () => {
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

  it('belongs to one handler call outside HTTP, though the client stays', () => {
    const client = {};
    const [one, two] = [contextOf('ws', client, {}), contextOf('ws', client, {})];
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
