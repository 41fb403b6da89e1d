import { Controller, Get } from '@nestjs/common';
import { getJwtContext, JwtRequired, type JwtContext, type JwtRequirement } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp, withJwtApp } from '../support/jwt-app.js';

@Controller()
class OrdersController {
  @JwtRequired({ scopes: 'orders:read' })
  @Get('one')
  one() {}

  @JwtRequired({ scopes: ['orders:read', 'orders:write'] })
  @Get('both')
  both() {}

  @JwtRequired({ anyScope: ['orders:admin', 'orders:write'] })
  @Get('any')
  any() {}

  @JwtRequired({ roles: 'admin' })
  @Get('admin')
  admin() {}

  @JwtRequired({ roles: ['admin', 'editor'] })
  @Get('editors')
  editors() {}

  @JwtRequired({ allow: ({ identity }, request) => request.url?.endsWith(`/${String(identity)}`) === true })
  @Get('users/:id')
  user() {}

  @JwtRequired({ allow: async ({ user }) => (user as { isOwner: boolean }).isOwner })
  @Get('owner')
  owner() {}

  @JwtRequired({ allow: () => 'yes' as unknown as boolean })
  @Get('truthy')
  truthy() {}

  @JwtRequired({ optional: true, scopes: 'orders:read' })
  @Get('optional')
  optional() {}

  @JwtRequired({ type: 'refresh' })
  @Get('refresh')
  refresh() {}

  @JwtRequired({ type: 'any' })
  @Get('any-type')
  anyType() {}
}

const controllers = [OrdersController];
const userLookup = ({ sub }: { sub?: string }) => ({ isOwner: sub === 'alice' });

describe.each(ADAPTERS)('scopes and roles on %s', (adapter) => {
  const app = useJwtApp(adapter, { options: { userLookup }, controllers });

  it.each([
    ['/one', { scope: 'orders:read' }, 200],
    ['/one', { scope: 'orders:write orders:read' }, 200],
    ['/one', { scope: ['orders:read'] }, 200],
    ['/one', { scp: ['orders:read'] }, 200],
    ['/one', { scope: 'orders:write', scp: 'orders:read' }, 403],
    ['/one', { scope: 'orders:readonly' }, 403],
    ['/one', { scope: 5 }, 403],
    ['/one', { scope: { 'orders:read': true } }, 403],
    ['/one', {}, 403],
    ['/both', { scope: 'orders:read orders:write' }, 200],
    ['/both', { scope: 'orders:read' }, 403],
    ['/any', { scope: 'orders:write' }, 200],
    ['/any', { scope: 'orders:read' }, 403],
    ['/admin', { roles: ['admin'] }, 200],
    ['/admin', { roles: 'admin' }, 200],
    ['/admin', { roles: ['user'] }, 403],
    ['/admin', { roles: 'administrator' }, 403],
    ['/admin', {}, 403],
    ['/editors', { roles: ['editor'] }, 200],
    ['/users/alice', {}, 200],
    ['/users/bob', {}, 403],
    ['/owner', {}, 200],
    ['/owner', { sub: 'bob' }, 403],
    ['/truthy', {}, 403],
    ['/optional', { scope: 'orders:read' }, 200],
    ['/optional', {}, 403],
  ])('%s with %j: %i', async (path, claims, status) => {
    const answer = await app.get(path, forge(claims));
    expect(answer).toMatchObject({ status });
    if (status === 403) expect(answer.body).toEqual({ msg: 'Insufficient scope' });
  });

  it('an optional route requires no scope from a request without a token', async () => {
    expect(await app.get('/optional')).toMatchObject({ status: 200 });
  });

  it('the challenge names the required scopes, but no role', async () => {
    const missing = await app.get('/both', forge({ scope: 'orders:read' }));
    expect(missing.header('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", error_description="Insufficient scope", scope="orders:read orders:write"',
    );
    const role = await app.get('/admin', forge());
    expect(role.header('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", error_description="Insufficient scope"',
    );
  });

  it('type limits the types of tokens that a route accepts', async () => {
    expect(await app.get('/refresh', forge({ type: 'refresh' }))).toMatchObject({ status: 200 });
    expect(await app.get('/refresh', forge())).toMatchObject({ status: 422 });
    expect(await app.get('/any-type', forge({ type: 'refresh' }))).toMatchObject({ status: 200 });
    expect(await app.get('/any-type', forge())).toMatchObject({ status: 200 });
  });

  it('are checked after revocation and before verifyToken', async () => {
    const calls: string[] = [];
    const options = {
      isTokenRevoked: ({ sub }: { sub?: string }) => calls.push('revoked') > 0 && sub === 'mallory',
      verifyToken: () => calls.push('verified') > 0,
    };
    await withJwtApp(adapter, { options, controllers }, async (other) => {
      expect(await other.get('/one', forge({ sub: 'mallory' }))).toMatchObject({ status: 401 });
      expect(await other.get('/one', forge())).toMatchObject({ status: 403 });
      expect(calls).toEqual(['revoked', 'revoked']);
    });
  });

  it('are read from the claims that the options name', async () => {
    const options = { scopeClaim: 'permissions', rolesClaim: 'groups' };
    await withJwtApp(adapter, { options, controllers }, async (other) => {
      expect(await other.get('/one', forge({ permissions: ['orders:read'] }))).toMatchObject({ status: 200 });
      expect(await other.get('/one', forge({ scope: 'orders:read' }))).toMatchObject({ status: 403 });
      expect(await other.get('/admin', forge({ groups: ['admin'] }))).toMatchObject({ status: 200 });
      expect(await other.get('/admin', forge({ roles: ['admin'] }))).toMatchObject({ status: 403 });
    });
  });

  it('errorResponses.insufficientScope changes the answer', async () => {
    const options = { errorResponses: { insufficientScope: () => ({ status: 404, body: 'hidden' }) } };
    await withJwtApp(adapter, { options, controllers }, async (other) => {
      expect(await other.get('/one', forge())).toEqual({ status: 404, body: 'hidden' });
    });
  });

  it('an exception of allow is the answer', async () => {
    @Controller()
    class ThrowingController {
      @JwtRequired({
        allow: (context: JwtContext) => {
          throw new Error(getJwtContext({ headers: {}, context }) === null ? 'down' : 'found');
        },
      })
      @Get('throwing')
      throwing() {}
    }
    await withJwtApp(adapter, { controllers: [ThrowingController] }, async (other) => {
      expect(await other.get('/throwing', forge())).toMatchObject({ status: 500 });
    });
  });
});

describe('@JwtRequired() refuses', () => {
  it.each([
    ['true', true],
    ['null', null],
    ['a text', 'fresh'],
    ['a list', ['fresh']],
    ['no scope at all', { scopes: [] }],
    ['an empty scope', { scopes: '' }],
    ['a scope with a blank', { scopes: 'orders read' }],
    ['a scope with a quote', { scopes: 'orders"' }],
    ['a scope that is no text', { scopes: [5] }],
    ['a single text for anyScope that is no list of scopes', { anyScope: [''] }],
    ['an empty role', { roles: [''] }],
    ['an allow that is no function', { allow: true }],
    ['an unknown type', { type: 'id' }],
    ['type against refresh', { type: 'access', refresh: true }],
    ['type against verifyType', { type: 'refresh', verifyType: false }],
  ])('%s', (_what, requirement) => {
    expect(() => JwtRequired(requirement as JwtRequirement)).toThrow(TypeError);
  });
});
