import type { CookieOptions, CsrfOptions, JwtExtendedOptions } from 'nestjs-jwt-extended';
import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { SECRET } from '../../support/forge.js';

const settle = (options: JwtExtendedOptions) => resolveSettings({ secret: SECRET, ...options });
const cookies = (options: CookieOptions) => settle({ cookies: options }).cookies;
const csrf = (options: CsrfOptions) => settle({ csrf: options }).csrf;

describe('the options of cookies', () => {
  it.each([
    [{ domain: 'example.com; Secure' }, 'cookies.domain', 'host name'],
    [{ domain: '' }, 'cookies.domain', 'host name'],
    [{ domain: 7 }, 'cookies.domain', 'host name'],
    [{ secure: 'auto' }, 'cookies.secure', 'must be true or false'],
    [{ session: 1 }, 'cookies.session', 'must be true or false'],
    [{ partitioned: 'yes' }, 'cookies.partitioned', 'must be true or false'],
    [{ sameSite: 'Lax' }, 'cookies.sameSite', "must be 'lax', 'strict', 'none' or false"],
    [{ sameSite: 'loose' }, 'cookies.sameSite', "must be 'lax'"],
    [{ sameSite: true }, 'cookies.sameSite', "must be 'lax'"],
    [{ sameSite: 'none', secure: false }, 'cookies.sameSite', 'browsers drop the cookie otherwise'],
    [{ partitioned: true, secure: false }, 'cookies.partitioned', 'browsers drop the cookie otherwise'],
    [{ access: { name: 'a b' } }, 'cookies.access.name', 'must be a name'],
    [{ access: { name: 'a;b' } }, 'cookies.access.name', 'must be a name'],
    [{ refresh: { name: '' } }, 'cookies.refresh.name', 'must not be empty'],
    [{ refresh: { path: 'api' } }, 'cookies.refresh.path', 'must begin with /'],
    [{ refresh: { path: '/a;b' } }, 'cookies.refresh.path', 'must begin with /'],
    [{ refresh: { path: '/auth?refresh' } }, 'cookies.refresh.path', 'without a query'],
    [{ refresh: { path: '/auth#refresh' } }, 'cookies.refresh.path', 'without a query'],
    [{ access: { path: '/api/../auth' } }, 'cookies.access.path', 'dot segments'],
    [{ access: { path: '/api/.' } }, 'cookies.access.path', 'dot segments'],
    [{ access: { path: '/api\\v1' } }, 'cookies.access.path', 'that a browser sends'],
    [{ access: { path: '/a"b' } }, 'cookies.access.path', 'that a browser sends'],
    [{ access: { path: '/\u00fc' } }, 'cookies.access.path', 'that a browser sends'],
    [{ domain: 'example..com' }, 'cookies.domain', 'host name'],
    [{ domain: '-example.com' }, 'cookies.domain', 'host name'],
    [{ domain: 'example.com.' }, 'cookies.domain', 'host name'],
    [{ domain: 'example.com:3000' }, 'cookies.domain', 'host name'],
    [{ domain: 'https://example.com' }, 'cookies.domain', 'host name'],
    [{ access: { path: '/a b' } }, 'cookies.access.path', 'must begin with /'],
    [{ access: { path: '' } }, 'cookies.access.path', 'must not be empty'],
    [{ access: 'name' }, 'cookies.access', 'must be an object with any of: name, path'],
    [{ access: { domain: 'x' } }, 'cookies.access.domain', 'does not exist'],
    [{ samesite: 'lax' }, 'cookies.samesite', 'Did you mean "sameSite"?'],
    [{ access: { name: '__Secure-a' }, secure: false }, 'cookies.access.name', 'cookies.secure must be true'],
    [{ access: { name: '__Secure-a' }, secure: false }, 'cookies.access.name', 'Better use __Host- with the path /'],
    [{ access: { name: '__Host-a' }, secure: false }, 'cookies.access.name', 'cookies.secure must be true'],
    [{ access: { name: '__Host-a', path: '/api' } }, 'cookies.access.name', 'its path /'],
    [{ refresh: { name: '__host-a' }, domain: 'example.com' }, 'cookies.refresh.name', 'cookies.domain left out'],
    [{ refresh: { name: '__SECURE-a' }, secure: false }, 'cookies.refresh.name', 'cookies.secure must be true'],
  ])('%j is refused', (options, option, cure) => {
    const resolve = () => cookies(options as CookieOptions);
    expect(resolve).toThrow(TypeError);
    expect(resolve).toThrow(`JwtExtendedModule option "${option}" `);
    expect(resolve).toThrow(cure);
  });

  it.each([
    [{ access: { name: '__Host-access' }, refresh: { name: '__Secure-refresh', path: '/auth' } }],
    [{ sameSite: 'none' }],
    [{ sameSite: 'none', partitioned: true }],
    [{ sameSite: false, secure: false }],
    [{ domain: '.example.com' }],
    [{ domain: null }],
    [{ access: { path: '/api/v1' } }],
    [{ access: { path: '/api/v1.0/~me/(a)/%20/' } }],
    [{ domain: 'a.b-c.example.com' }],
    [{ domain: 'localhost' }],
  ] satisfies [CookieOptions][])('%j is accepted', (options) => {
    expect(() => cookies(options)).not.toThrow();
  });

  it('sameSite: false means no attribute', () => {
    expect(cookies({ sameSite: false }).sameSite).toBeNull();
  });
});

describe('the options of csrf', () => {
  it.each([
    [{ methods: ['FETCH'] }, 'csrf.methods', 'holds "FETCH", which is not an HTTP method'],
    [{ methods: 'POST' }, 'csrf.methods', 'must be a list'],
    [{ methods: [] }, 'csrf.methods', 'is an empty list, so no request would be checked. Write csrf: false'],
    [{ methods: [1] }, 'csrf.methods', 'must be a list of names'],
    [{ inCookies: 'yes' }, 'csrf.inCookies', 'must be true or false'],
    [{ checkForm: 1 }, 'csrf.checkForm', 'must be true or false'],
    [{ access: { headerName: 'X CSRF' } }, 'csrf.access.headerName', 'must be a name'],
    [{ refresh: { fieldName: '' } }, 'csrf.refresh.fieldName', 'must not be empty'],
    [{ access: { cookieName: 'a=b' } }, 'csrf.access.cookieName', 'must be a name'],
    [{ refresh: { cookiePath: 'x' } }, 'csrf.refresh.cookiePath', 'must begin with /'],
    [{ access: { name: 'x' } }, 'csrf.access.name', 'does not exist'],
    [{ acess: {} }, 'csrf.acess', 'Did you mean "access"?'],
    [{ access: { cookieName: 'access_token_cookie' } }, 'csrf.access.cookieName', 'is "access_token_cookie"'],
    [{ refresh: { cookieName: 'access_token_cookie' } }, 'csrf.refresh.cookieName', 'is "access_token_cookie"'],
    [{ access: { cookieName: '__Host-c', cookiePath: '/x' } }, 'csrf.access.cookieName', 'begins with __Host-'],
  ])('%j is refused', (options, option, cure) => {
    const resolve = () => csrf(options as CsrfOptions);
    expect(resolve).toThrow(TypeError);
    expect(resolve).toThrow(`JwtExtendedModule option "${option}" `);
    expect(resolve).toThrow(cure);
  });

  it.each([true, 'on', []])('csrf: %j is refused', (options) => {
    expect(() => settle({ csrf: options as CsrfOptions })).toThrow(/option "csrf" must be an object/);
  });

  it('csrf: false turns the check off', () => {
    expect(settle({ csrf: false }).csrf).toBeNull();
  });

  it('methods may be in upper or lower case', () => {
    expect(csrf({ methods: ['post', 'Get'] })?.methods).toEqual(new Set(['POST', 'GET', 'HEAD']));
  });

  it.each([
    [['GET'], ['GET', 'HEAD']],
    [
      ['get', 'head'],
      ['GET', 'HEAD'],
    ],
    [['HEAD'], ['HEAD']],
    [['POST'], ['POST']],
  ])('the methods %j become %j, because GET includes HEAD', (methods, settled) => {
    expect(csrf({ methods })?.methods).toEqual(new Set(settled));
  });
});
