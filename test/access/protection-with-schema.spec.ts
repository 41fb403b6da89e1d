import { Controller, Get, Post, type CanActivate } from '@nestjs/common';
import { defineJwt, JwtGuard, JwtRequired, MemoryRevocationStore } from 'nestjs-jwt-extended';
import { describeProtection, type BadToken } from 'nestjs-jwt-extended/testing';
import { z } from 'zod';
import { ADAPTERS } from '../support/adapters.js';
import { withJwtApp, type JwtAppSetup } from '../support/jwt-app.js';

@Controller()
class NotesController {
  @JwtRequired()
  @Get('notes')
  list() {
    return [];
  }

  @JwtRequired({ roles: 'admin', fresh: true })
  @Post('users')
  addUser() {
    return {};
  }

  @JwtRequired({ roles: 'editor', scopes: 'write' })
  @Post('notes')
  add() {
    return {};
  }

  @JwtRequired({ refresh: true })
  @Post('refresh')
  refresh() {
    return {};
  }
}

const SHARED: BadToken[] = ['no token', 'malformed', 'forged', 'unsigned', 'expired', 'revoked', 'wrong type'];
const ROLE = z.enum(['admin', 'editor', 'reader']);
const SCOPE = z.enum(['read', 'write']);

/** Each schema accepts one form of roles and scopes only. */
const SCHEMAS = {
  'one role, and one scope': z.object({ tenant: z.string(), roles: ROLE, scope: SCOPE }),
  'lists with one name or more': z.object({
    tenant: z.string(),
    roles: z.array(ROLE).min(1),
    scope: z.array(SCOPE).min(1),
  }),
  'claims that can be missing': z.object({ tenant: z.string(), roles: ROLE.optional(), scope: SCOPE.optional() }),
  'asynchronous checks': z
    .object({ tenant: z.string(), roles: z.array(ROLE).min(1), scope: z.string().min(1) })
    .refine(() => Promise.resolve(true)),
} as const;

/** Claims with which the schema accepts a token. */
const GIVEN: Readonly<Record<keyof typeof SCHEMAS, object>> = {
  'one role, and one scope': { tenant: 'acme', roles: 'reader', scope: 'read' },
  'lists with one name or more': { tenant: 'acme', roles: ['reader'], scope: ['read'] },
  'claims that can be missing': { tenant: 'acme' },
  'asynchronous checks': { tenant: 'acme', roles: ['reader'], scope: 'read' },
};

const setupWith = (claims: z.ZodType<object>): JwtAppSetup => ({
  controllers: [NotesController],
  options: defineJwt({ claims }).options({ revocation: { store: new MemoryRevocationStore() }, rotation: {} }),
});

describe.each(ADAPTERS)('describeProtection() with a schema of the claims, on %s', (adapter) => {
  describe.each(Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[])('%s', (name) => {
    const setup = setupWith(SCHEMAS[name]);

    it('calls every operation with each kind of bad token', async () => {
      await withJwtApp(adapter, setup, async (app) => {
        const calls = await describeProtection(app.nest, { claims: GIVEN[name] });
        const kindsOf = (address: string) => calls.filter((each) => each.address === address).map(({ token }) => token);
        expect(kindsOf('GET /notes')).toEqual(SHARED);
        expect(kindsOf('POST /users')).toEqual([...SHARED, 'not fresh', 'without role']);
        expect(kindsOf('POST /notes')).toEqual([...SHARED, 'without scope', 'without role']);
        expect(kindsOf('POST /refresh')).toEqual(SHARED);
      });
    });

    it('refuses each bad token for its fault, and none for its claims', async () => {
      await withJwtApp(adapter, setup, async (app) => {
        const calls = await describeProtection(app.nest, { claims: GIVEN[name] });
        const statusOf = (kind: BadToken) => [
          ...new Set(calls.filter(({ token }) => token === kind).map(({ status }) => status)),
        ];
        expect(calls.map(({ status }) => status)).not.toContain(400);
        expect([statusOf('expired'), statusOf('revoked'), statusOf('forged')]).toEqual([[401], [401], [422]]);
        expect([statusOf('without role'), statusOf('without scope')]).toEqual([[403], [403]]);
      });
    });

    it('finds a guard that was replaced', async () => {
      const letIn: CanActivate = { canActivate: () => true };
      const customise: JwtAppSetup['customise'] = (builder) => builder.overrideProvider(JwtGuard).useValue(letIn);
      await withJwtApp(adapter, { ...setup, customise }, async (app) => {
        await expect(describeProtection(app.nest, { claims: GIVEN[name] })).rejects.toThrow(
          '- POST /users (NotesController.addUser), without role: the guard was not asked (201)',
        );
      });
    });
  });
});

describe('describeProtection() with a schema of the claims', () => {
  it('asks for claims that the schema accepts', async () => {
    const claims = z.object({ roles: ROLE });
    await withJwtApp('express', setupWith(claims), async (app) => {
      await expect(describeProtection(app.nest)).rejects.toThrow(
        'could not make a token for tester: The claims of a new token do not match the schema of the option claims: roles. ' +
          'Pass a user as the option identity, and claims that the schema accepts as the option claims.',
      );
      expect((await describeProtection(app.nest, { claims: { roles: 'reader' } })).length).toBeGreaterThan(20);
    });
  });

  it('does not count a token as one without a role if the application adds the role', async () => {
    @Controller()
    class AdminController {
      @JwtRequired({ roles: 'admin' })
      @Get('admin')
      read() {
        return {};
      }
    }
    const claims = z.object({ roles: z.enum(['admin', 'reader']).optional() });
    const options = { claims, additionalClaims: () => ({ roles: 'admin' }) };
    await withJwtApp('express', { controllers: [AdminController], options }, async (app) => {
      await expect(describeProtection(app.nest)).rejects.toThrow('could not make a token for tester');
      const calls = await describeProtection(app.nest, { claims: { roles: 'reader' } });
      expect(calls.map(({ token, status }) => [token, status])).toContainEqual(['without role', 403]);
    });
  });
});
