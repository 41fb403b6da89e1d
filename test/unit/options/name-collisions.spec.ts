import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { SECRET } from '../../support/forge.js';

/** Options with one value at each of these paths, such as `cookies.access.name`. */
function optionsWith(...values: [path: string, value: unknown][]): Record<string, unknown> {
  const options: Record<string, unknown> = { secret: SECRET };
  for (const [path, value] of values) {
    const names = path.split('.');
    const last = names.pop() as string;
    let section = options;
    for (const name of names) section = (section[name] ??= {}) as Record<string, unknown>;
    section[last] = value;
  }
  return options;
}

function refusal(options: object): string | null {
  try {
    resolveSettings(options);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as Error).message;
  }
}

/** Every option that names a part of a request. */
const NAMES = [
  'header.name',
  'queryString.name',
  'json.accessKey',
  'json.refreshKey',
  'cookies.access.name',
  'cookies.refresh.name',
  'csrf.access.headerName',
  'csrf.refresh.headerName',
  'csrf.access.fieldName',
  'csrf.refresh.fieldName',
  'csrf.access.cookieName',
  'csrf.refresh.cookieName',
];

/** The pairs that one request can hold. */
const MEETING = new Set([
  'header.name csrf.access.headerName',
  'header.name csrf.refresh.headerName',
  'queryString.name json.accessKey',
  'queryString.name json.refreshKey',
  'json.accessKey json.refreshKey',
  'cookies.access.name cookies.refresh.name',
  'cookies.access.name csrf.access.cookieName',
  'cookies.access.name csrf.refresh.cookieName',
  'cookies.refresh.name csrf.access.cookieName',
  'cookies.refresh.name csrf.refresh.cookieName',
  'csrf.access.cookieName csrf.refresh.cookieName',
]);

const PAIRS = NAMES.flatMap((first, index) => NAMES.slice(index + 1).map((second) => [first, second] as const));

const EVERYWHERE: [string, unknown] = ['tokenLocation', ['headers', 'cookies', 'query_string', 'json']];

describe('one name for two options', () => {
  it.each(PAIRS)('%s and %s: refused if one request can hold both', (first, second) => {
    const message = refusal(optionsWith(EVERYWHERE, ['csrf.checkForm', true], [first, 'same'], [second, 'same']));
    if (!MEETING.has(`${first} ${second}`)) return expect(message).toBeNull();
    expect(message).toContain(`"${first}"`);
    expect(message).toContain(`"${second}"`);
    expect(message).toContain('Use different names.');
  });

  it('headers are compared in lower case', () => {
    const options = optionsWith(['header.name', 'X-Token'], ['csrf.refresh.headerName', 'x-TOKEN']);
    expect(refusal(options)).toContain('"csrf.refresh.headerName" is "x-token", and so is "header.name"');
  });

  it.each([
    ['/', '/auth', true],
    ['/auth', '/', true],
    ['/auth', '/auth', true],
    ['/auth', '/auth/', true],
    ['/auth/', '/auth/refresh', true],
    ['/auth', '/auth/refresh/now', true],
    ['/auth', '/authors', false],
    ['/auth/', '/authors/', false],
    ['/api', '/auth', false],
    ['/api/a', '/api/b', false],
  ])('cookies with the paths %s and %s meet: %s', (one, other, doMeet) => {
    for (const [first, firstPath] of COOKIES) {
      for (const [second, secondPath] of COOKIES.filter(([name]) => name !== first)) {
        const options = optionsWith([first, 'same'], [firstPath, one], [second, 'same'], [secondPath, other]);
        expect(refusal(options) !== null).toBe(doMeet);
      }
    }
  });

  it('the CSRF cookies are not compared if they are not set', () => {
    const names: [string, unknown][] = [
      ['cookies.access.name', 'same'],
      ['csrf.access.cookieName', 'same'],
    ];
    expect(refusal(optionsWith(...names, ['csrf.inCookies', false]))).toBeNull();
    expect(refusal(optionsWith(['cookies.access.name', 'same'], ['csrf', false]))).toBeNull();
  });

  it('a query parameter and a key of a body can share a name if only one of them is read', () => {
    const names: [string, unknown][] = [
      ['queryString.name', 'access_token'],
      ['json.accessKey', 'access_token'],
    ];
    for (const location of ['query_string', 'json', ['headers', 'json'], ['cookies', 'query_string']]) {
      expect(refusal(optionsWith(...names, ['tokenLocation', location]))).toBeNull();
    }
  });
});

/** The options with the name and the path of each cookie. */
const COOKIES = [
  ['cookies.access.name', 'cookies.access.path'],
  ['cookies.refresh.name', 'cookies.refresh.path'],
  ['csrf.access.cookieName', 'csrf.access.cookiePath'],
  ['csrf.refresh.cookieName', 'csrf.refresh.cookiePath'],
] as const;
