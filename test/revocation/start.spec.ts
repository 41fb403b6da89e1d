import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  MemoryRevocationStore,
  RevocationEvents,
  TokenService,
  type JwtExtendedOptions,
  type RevocationEvent,
} from 'nestjs-jwt-extended';
import { jwtModule } from '../support/jwt-app.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { until } from '../support/until.js';
import { errorOf, tokenService } from '../support/token-service.js';

const store = new MemoryRevocationStore();

describe('The start is refused', () => {
  it.each<[string, object, string]>([
    ['a rotation without a store', { rotation: {} }, '"rotation" needs a store: set revocation: { store:'],
    ['a grace without a store', { rotation: { grace: 0 } }, '"rotation" needs a store'],
    ['a revocation without a store', { revocation: {} }, '"revocation.store" must be a RevocationStore'],
    [
      'a class instead of a store',
      { revocation: { store: MemoryRevocationStore } },
      '"revocation.store" is a class. Write new MemoryRevocationStore(…).',
    ],
    [
      'the class of a store of the application',
      { revocation: { store: class OwnStore extends MemoryRevocationStore {} } },
      '"revocation.store" is a class. Write new OwnStore(…).',
    ],
    [
      'a promise of a store',
      { revocation: { store: Promise.resolve(store) } },
      '"revocation.store" is a promise. Await it in the useFactory',
    ],
    [
      'the class of a store without an object',
      { revocation: MemoryRevocationStore },
      '"revocation" is the store itself. Put it into an object: { store: new MemoryRevocationStore() }.',
    ],
    ['no time, as a text', { revocation: { store, timeout: '0' } }, '"revocation.timeout" must be more than zero'],
    ['half a store', { revocation: { store: { lookUp: () => null } } }, '"revocation.store" must be a RevocationStore'],
    ['a store alone', { revocation: store }, '"revocation" is the store itself. Put it into an object: { store:'],
    ['an unknown option', { revocation: { store, deadline: 1 } }, '"revocation.deadline" does not exist'],
    ['no time at all', { revocation: { store, timeout: 0 } }, '"revocation.timeout" must be more than zero'],
    [
      'a time longer than a request waits',
      { revocation: { store, timeout: '30d' } },
      '"revocation.timeout" must be at most',
    ],
    ['a time without unit', { revocation: { store, timeout: '1000' } }, '"revocation.timeout" is wrong'],
    [
      'a staleness of 25 days',
      { revocation: { store, local: { staleness: '25d' } } },
      '"revocation.local.staleness" must be at most \'1h\'',
    ],
    [
      'a clock skew of a day',
      { revocation: { store, clockSkew: '1d' } },
      '"revocation.clockSkew" must be at most \'1h\'',
    ],
    ['a negative clock skew', { revocation: { store, clockSkew: -1 } }, '"revocation.clockSkew" must not be negative'],
    ['a purge without pause', { revocation: { store, purgeInterval: '1ms' } }, '"revocation.purgeInterval" must be'],
    ['a purge in two days', { revocation: { store, purgeInterval: '2d' } }, '"revocation.purgeInterval" must be'],
    ['a purge at zero', { revocation: { store, purgeInterval: 0 } }, '"revocation.purgeInterval" must be more than'],
    ['a negative time', { revocation: { store, timeout: -1 } }, '"revocation.timeout" must not be negative'],
    ['an unknown part of rotation', { rotation: { gracePeriod: 1 } }, '"rotation.gracePeriod" does not exist'],
    ['a negative grace', { rotation: { grace: '-1s' } }, '"rotation.grace"'],
    ['a grace for ever', { rotation: { grace: false } }, '"rotation.grace"'],
    ['no life', { rotation: { maxAge: 0 } }, '"rotation.maxAge" must be more than zero'],
    ['no idle time', { rotation: { idle: 0 } }, '"rotation.idle" must be more than zero'],
    ['no sessions', { rotation: { maxPerUser: 0 } }, '"rotation.maxPerUser" must be a whole number of at least 1'],
    ['any number of sessions as true', { rotation: { maxPerUser: true } }, '"rotation.maxPerUser"'],
    ['half a session', { rotation: { maxPerUser: 1.5 } }, '"rotation.maxPerUser"'],
    ['sessions as a text', { rotation: { maxPerUser: '3' } }, '"rotation.maxPerUser"'],
    ['adopt as a text', { rotation: { adopt: 'yes' } }, '"rotation.adopt" must be true or false'],
    ['onReuse that is no function', { rotation: { onReuse: 'mail' } }, '"rotation.onReuse" must be a function'],
    ['a session claim that means something else', { sessionClaim: 'jti' }, '"sessionClaim" must not be "jti"'],
    [
      'a session claim that is the identity',
      { sessionClaim: 'id', identityClaim: 'id' },
      '"sessionClaim" must not be "id"',
    ],
    ['an empty session claim', { sessionClaim: '' }, '"sessionClaim" must not be empty'],
  ])('by %s', async (_what, wrong, message) => {
    const needsStore = 'rotation' in wrong && !message.includes('needs a store') ? { revocation: { store } } : {};
    const error = await errorOf(() => tokenService({ ...needsStore, ...wrong }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error?.message).toContain(`JwtExtendedModule option ${message}`);
  });
});

describe('The start succeeds', () => {
  it.each<[string, JwtExtendedOptions]>([
    ['with a store', { revocation: { store } }],
    [
      'with all there is',
      {
        revocation: { store, timeout: '500ms' },
        rotation: { grace: 0, maxAge: '90d', idle: '7d', maxPerUser: 1, adopt: true, onReuse: () => 0 },
      },
    ],
    [
      'with what is undefined',
      {
        revocation: { store, timeout: undefined },
        rotation: { grace: undefined, maxAge: undefined, onReuse: undefined },
      },
    ],
    ['without a purge', { revocation: { store, purgeInterval: false } }],
    ['with any number of sessions', { revocation: { store }, rotation: { maxPerUser: false } }],
    ['without a store', { revocation: undefined, rotation: undefined }],
  ])('%s', async (_what, options) => {
    expect(await tokenService(options)).toBeInstanceOf(TokenService);
  });
});

describe('A store', () => {
  /** Starts with a store that describes these problems. Returns the log and the events. */
  async function start(describeProblems: () => string[] | Promise<string[]>) {
    const log = new RecordingLogger();
    const own = Object.assign(new MemoryRevocationStore(), { describeProblems });
    const module = await Test.createTestingModule({
      imports: [jwtModule({ revocation: { store: own, timeout: '50ms' } })],
    })
      .setLogger(log)
      .compile();
    const events: RevocationEvent[] = [];
    module.get(RevocationEvents).subscribe((event) => events.push(event));
    await module.init();
    await until(() => log.warnings.length + log.errors.length > 0);
    await module.close();
    Logger.overrideLogger(false);
    return { warnings: log.warnings, errors: log.errors, events };
  }

  it('reports its problems at the start', async () => {
    const { warnings, errors } = await start(() => ['It forgets.', 'It is slow.']);
    expect(warnings).toEqual([expect.stringContaining('It forgets.'), expect.stringContaining('It is slow.')]);
    expect(errors).toEqual([]);
  });

  it.each<[string, () => never | Promise<string[]>]>([
    ['fails', () => Promise.reject(new Error('no connection'))],
    ['hangs', () => new Promise(() => {})],
  ])('that %s at the start does not stop the start, and the log has it once', async (_how, describeProblems) => {
    const { warnings, errors, events } = await start(describeProblems);
    expect(warnings).toEqual([]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('The revocation store does not answer');
    expect(events).toMatchObject([{ type: 'store-unavailable' }]);
  });
});
