import { Test } from '@nestjs/testing';
import {
  JwtExtendedModule,
  MemoryRevocationStore,
  TokenService,
  type JwtExtendedOptions,
  type JwtPayload,
} from 'nestjs-jwt-extended';
import type { LookUpQuery } from 'nestjs-jwt-extended/store';
import { SessionManager } from '../../../src/sessions/session-manager.js';
import { useFakeTime } from '../../support/fake-time.js';

const time = useFakeTime();

class CountingStore extends MemoryRevocationStore {
  lookUps = 0;

  override lookUp(query: LookUpQuery) {
    this.lookUps++;
    return super.lookUp(query);
  }
}

/** One of two processes of the library that share a store. */
async function startProcess(revocation: JwtExtendedOptions['revocation']) {
  const secret = 'a secret of more than thirty-two bytes';
  const module = await Test.createTestingModule({
    imports: [JwtExtendedModule.forRoot({ secret, revocation })],
  }).compile();
  const header = { alg: 'HS256' };
  const other = module.get(SessionManager).required('test').revocation;
  return {
    tokens: module.get(TokenService),
    isRevoked: async (payload: JwtPayload) => other.isRevoked({ payload, header }),
  };
}

describe('A local cache of look-ups', () => {
  let store: CountingStore;
  let one: Awaited<ReturnType<typeof startProcess>>;
  let other: Awaited<ReturnType<typeof startProcess>>;
  const login = async () => {
    const pair = await one.tokens.createTokenPair('alice');
    return {
      access: (await one.tokens.verify(pair.accessToken)).payload,
      refresh: (await one.tokens.verify(pair.refreshToken)).payload,
    };
  };

  beforeEach(async () => {
    store = new CountingStore();
    one = await startProcess({ store, local: { staleness: '250ms' } });
    other = await startProcess({ store, local: { staleness: '250ms' } });
  });

  it('looks an access token up once per staleness', async () => {
    const { access } = await login();
    const patient = await startProcess({ store, local: { staleness: '10s' } });
    for (let count = 0; count < 20; count++) expect(await patient.isRevoked(access)).toBe(false);
    expect(store.lookUps).toBe(1);
  });

  it('accepts a revoked token for no longer than the staleness', async () => {
    const { access } = await login();
    expect(await other.isRevoked(access)).toBe(false);
    await one.tokens.revoke(access);
    expect(await one.isRevoked(access)).toBe(true);
    await time.pass(249);
    expect(await other.isRevoked(access)).toBe(false);
    await time.pass(1);
    expect(await other.isRevoked(access)).toBe(true);
  });

  it('is not used for refresh tokens', async () => {
    const { refresh } = await login();
    expect(await other.isRevoked(refresh)).toBe(false);
    await one.tokens.revokeSession(refresh.sid as string);
    expect(await other.isRevoked(refresh)).toBe(true);
  });

  it('is off by default', async () => {
    const plain = await startProcess({ store });
    const { access } = await login();
    for (let count = 0; count < 3; count++) await plain.isRevoked(access);
    expect(store.lookUps).toBe(3);
  });

  it.each([
    [{ staleness: 0 }, /"revocation.local.staleness" must be more than zero/],
    [{}, /"revocation.local.staleness"/],
    [{ staleness: '1s', push: true }, /"revocation.local.push" is not possible.*Remove "push"/],
    [{ staleness: '1s', maxEntries: 0 }, /"revocation.local.maxEntries" must be a whole number of at least 1/],
    [{ stale: '1s' }, /"revocation.local.stale" does not exist. Did you mean "staleness"/],
  ])('refuses %j at the start', (local, message) =>
    expect(startProcess({ store, local: local as never })).rejects.toThrow(message),
  );
});
