import { spawnSync } from 'node:child_process';
import { CALLBACKS } from '../../src/options/callbacks.js';
import { KEY_OPTIONS } from '../../src/options/key-settings.js';
import { OPTIONS } from '../../src/options/option-table.js';
import { LIBRARY_CLAIMS } from '../../src/types/claims.js';

function run(mode: 'traced' | 'polluted', members: string): unknown {
  const program = ['test/support/polluted-prototype.mjs', mode, members];
  const { status, stdout, stderr } = spawnSync(process.execPath, program, { encoding: 'utf8', timeout: 100_000 });
  if (status !== 0) throw new Error(`It ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** The names of options, requirements, arguments of calls, answers of callbacks, claims, and of internal objects. */
const NAMES = [
  ...Object.keys({ ...OPTIONS, ...CALLBACKS, ...KEY_OPTIONS }),
  ...['isGlobal', 'globalGuard', 'globalFilter', 'encode', 'decode', 'within', 'inCookies', 'checkForm', 'methods'],
  ...['headerName', 'fieldName', 'cookieName', 'cookiePath', 'domain', 'secure', 'sameSite', 'partitioned', 'session'],
  ...['caseInsensitive', 'valuePrefix', 'accessKey', 'refreshKey', 'store', 'timeout', 'local', 'push', 'staleness'],
  ...['maxEntries', 'grace', 'idle', 'maxPerUser', 'adopt', 'onReuse', 'maxTokens', 'maxBytes', 'cooldown', 'maxStale'],
  ...['allowInsecure', 'fetch', 'kid', 'use', 'notAfter', 'retireAfter', 'maxAge', 'ignore'],
  ...['optional', 'fresh', 'refresh', 'locations', 'verifyType', 'skipRevocationCheck', 'type', 'scopes', 'anyScope'],
  ...['roles', 'allow', 'expires', 'accessExpires', 'refreshExpires', 'device', 'claims', 'headers', 'allowExpired'],
  ...['csrfToken', 'csrfValue', 'before', 'exceptSession', 'request', 'successorOf', 'payload', 'cause', 'tokenOf'],
  ...[
    'refuse',
    'lifetimeOf',
    'answer',
    'sid',
    'owner',
    'namesElsewhere',
    'scope',
    'scp',
    'alg',
    'crit',
    'b64',
    'k',
    'd',
  ],
  ...LIBRARY_CLAIMS,
];

describe('Members that another library added to Object.prototype', () => {
  it('are never read as options, requirements or claims', () => {
    const read = run('traced', [...new Set(NAMES)].join(' ')) as string[];
    // The members `header` and `request` of a response on Fastify have the names of options.
    expect(read.filter((each) => !/^(?:header|request) in (?:src\/)?cookies\//.test(each))).toEqual([]);
  });

  it.each<[string, object]>([
    [
      'options',
      { secret: 'z9'.repeat(32), accessTokenExpires: 5, requestProperty: false, leeway: 1e6, issuer: 'them' },
    ],
    [
      'requirements',
      { optional: true, verifyType: false, skipRevocationCheck: true, locations: ['json'], fresh: false },
    ],
    [
      'calls',
      { allowExpired: true, expires: false, claims: { role: 'admin' }, headers: { x: 1 }, fresh: true, kid: 'k' },
    ],
    ['claims', { exp: 9e9, nbf: 0, iat: 0, type: 'access', jti: 'x', aud: 'a', scope: 'a', roles: 'b', csrf: 'c' }],
    ['results', { session: { sid: 'x' }, entries: [], failure: 1, csrfValue: null, crit: ['x'] }],
  ])('change no answer: %s', (_kind, members) => {
    const refused = { expired: [401, 401], refresh: [422, 422], anonymous: [422, 422], forged: [422, 422] };
    const accepted = { good: [200, 401], bare: [200, 401] };
    const claims = ['csrf', 'exp', 'fresh', 'iat', 'jti', 'nbf', 'sub', 'type'];
    const created = [['alg', 'typ'], claims, 'alice', 900];
    expect(run('polluted', JSON.stringify(members))).toEqual({ none: [401, 401], ...refused, ...accepted, created });
  });
});
