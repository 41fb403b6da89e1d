import { Controller, Get, ParseIntPipe } from '@nestjs/common';
import { Jwt, JwtHeader, JwtIdentity, JwtRequired, type JoseHeader, type JwtPayload } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { claimsOf, compact, forge, forgeJson } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';
import { RecordingLogger } from '../support/recording-logger.js';

const isDeeplyFrozen = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen));

@Controller()
class ClaimsController {
  @JwtRequired()
  @Get('payload')
  payload(@Jwt() payload: JwtPayload) {
    return payload;
  }

  @JwtRequired()
  @Get('header')
  header(@JwtHeader() header: JoseHeader, @JwtHeader('kid') kid: unknown, @JwtHeader('toString') inherited: unknown) {
    return { header, kid, inherited: typeof inherited };
  }

  @JwtRequired()
  @Get('claim')
  claim(@Jwt('role') role: unknown, @Jwt('missing') missing: unknown, @JwtIdentity() identity: unknown) {
    return { role, missing: typeof missing, identity };
  }

  @JwtRequired()
  @Get('piped')
  piped(@Jwt('level', ParseIntPipe) level: number) {
    return { next: level + 1 };
  }

  @JwtRequired()
  @Get('inherited')
  inherited(@Jwt('constructor') one: unknown, @Jwt('toString') two: unknown, @Jwt('__proto__') three: unknown) {
    return { types: [typeof one, typeof two, typeof three] };
  }

  @JwtRequired()
  @Get('proto')
  proto(@Jwt() payload: JwtPayload, @Jwt('__proto__') proto: unknown, @Jwt('admin') admin: unknown) {
    return { own: Object.hasOwn(payload, '__proto__'), proto, admin: typeof admin, inherits: 'admin' in payload };
  }

  @JwtRequired()
  @Get('frozen')
  frozen(@Jwt() payload: JwtPayload, @JwtHeader() header: JoseHeader) {
    return { payload: isDeeplyFrozen(payload), header: isDeeplyFrozen(header) };
  }

  @Get('forgotten/payload')
  forgotten(@Jwt() payload: JwtPayload) {
    return payload;
  }

  @Get('forgotten/identity')
  forgottenIdentity(@JwtIdentity() identity: unknown) {
    return { identity };
  }
}

describe.each(ADAPTERS)('the decorators for a token on %s', (adapter) => {
  const logger = new RecordingLogger();
  const app = useJwtApp(adapter, {
    controllers: [ClaimsController],
    prepare: (nest) => nest.useLogger(logger),
  });

  it('@Jwt() returns the payload, with defaults for missing claims', async () => {
    const claims = claimsOf({ role: 'admin', nested: { deep: [1] } });
    expect(await app.get('/payload', forge(claims))).toEqual({ status: 200, body: claims });
    const bare = { sub: 'alice' };
    expect(await app.get('/payload', compact('{"alg":"HS256"}', JSON.stringify(bare)))).toEqual({
      status: 200,
      body: { sub: 'alice', type: 'access', fresh: false, jti: null },
    });
  });

  it('@Jwt(name) returns one claim, or undefined if the token does not have it', async () => {
    const body = { role: 'admin', missing: 'undefined', identity: 'alice' };
    expect(await app.get('/claim', forge({ role: 'admin' }))).toEqual({ status: 200, body });
  });

  it('@Jwt(name, pipe) passes the claim through the pipe', async () => {
    expect(await app.get('/piped', forge({ level: '41' }))).toEqual({ status: 200, body: { next: 42 } });
    expect(await app.get('/piped', forge({ level: 'high' }))).toMatchObject({ status: 400 });
  });

  it('@JwtHeader() returns the JOSE header, and @JwtHeader(name) one of its parameters', async () => {
    const header = { alg: 'HS256', typ: 'JWT', kid: 'k1' };
    expect(await app.get('/header', forge({}, { header }))).toEqual({
      status: 200,
      body: { header, kid: 'k1', inherited: 'undefined' },
    });
  });

  it('@Jwt(name) returns no property that every object inherits', async () => {
    const body = { types: ['undefined', 'undefined', 'undefined'] };
    expect(await app.get('/inherited', forge())).toEqual({ status: 200, body });
  });

  it('@Jwt(name) returns a claim with the name __proto__, and no object inherits from it', async () => {
    const body = { own: true, proto: { admin: true }, admin: 'undefined', inherits: false };
    expect(await app.get('/proto', forgeJson('__proto__', '{"admin":true}'))).toEqual({ status: 200, body });
    const bare = compact('{"alg":"HS256"}', '{"sub":"alice","__proto__":{"admin":true}}');
    expect(await app.get('/proto', bare)).toEqual({ status: 200, body });
  });

  it('@Jwt() and @JwtHeader() return objects that are frozen at every level', async () => {
    const body = { payload: true, header: true };
    expect(await app.get('/frozen', forge({ a: { b: [{ c: 1 }] } }, { header: { x: { y: [] } } }))).toEqual({
      status: 200,
      body,
    });
    expect(await app.get('/frozen', compact('{"alg":"HS256"}', '{"sub":"a","x":{"y":[{}]}}'))).toEqual({
      status: 200,
      body,
    });
  });

  it.each([
    ['payload', '@Jwt() in ClaimsController.forgotten: '],
    ['identity', '@JwtIdentity() in ClaimsController.forgottenIdentity: '],
  ])(
    'reading the %s on a route without a check causes a 500, and the log contains the cure',
    async (path, location) => {
      expect(await app.get(`/forgotten/${path}`, forge())).toEqual({
        status: 500,
        body: { statusCode: 500, message: 'Internal server error' },
      });
      const message = logger.errors.at(-1) ?? '';
      expect(message).toContain(location);
      expect(message).toContain('Put @JwtRequired() on the handler');
    },
  );
});
