import { HttpException } from '@nestjs/common';
import {
  CsrfException,
  ExpiredTokenException,
  FreshTokenRequiredException,
  InsufficientScopeException,
  InvalidCredentialsException,
  InvalidTokenException,
  JwtExtendedException,
  KeysUnavailableException,
  MalformedCredentialsException,
  MissingTokenException,
  RevocationUnavailableException,
  RevokedTokenException,
  TokenVerificationException,
  UserLookupException,
  WrongTokenTypeException,
} from 'nestjs-jwt-extended';

const CHALLENGED = 'Bearer error="invalid_token", error_description=';

const ALL: [JwtExtendedException, name: string, code: string, status: number, message: string, headers: object][] = [
  [
    new MissingTokenException('gone'),
    'MissingTokenException',
    'JWT_MISSING',
    401,
    'gone',
    { 'WWW-Authenticate': 'Bearer' },
  ],
  [
    new CsrfException('Missing CSRF token'),
    'CsrfException',
    'JWT_CSRF',
    401,
    'Missing CSRF token',
    { 'WWW-Authenticate': 'Bearer error="invalid_request", error_description="Missing CSRF token"' },
  ],
  [
    new ExpiredTokenException(),
    'ExpiredTokenException',
    'JWT_EXPIRED',
    401,
    'Token has expired',
    { 'WWW-Authenticate': `${CHALLENGED}"Token has expired"` },
  ],
  [
    new RevokedTokenException(),
    'RevokedTokenException',
    'JWT_REVOKED',
    401,
    'Token has been revoked',
    { 'WWW-Authenticate': `${CHALLENGED}"Token has been revoked"` },
  ],
  [
    new FreshTokenRequiredException(),
    'FreshTokenRequiredException',
    'JWT_NOT_FRESH',
    401,
    'Fresh token required',
    { 'WWW-Authenticate': `${CHALLENGED}"Fresh token required"` },
  ],
  [
    new UserLookupException('who?'),
    'UserLookupException',
    'JWT_USER_LOOKUP',
    401,
    'who?',
    { 'WWW-Authenticate': `${CHALLENGED}"who?"` },
  ],
  [
    new TokenVerificationException(),
    'TokenVerificationException',
    'JWT_CLAIMS_REJECTED',
    400,
    'User claims verification failed',
    {},
  ],
  [
    new InsufficientScopeException(undefined, { scopes: ['read', 'write'] }),
    'InsufficientScopeException',
    'JWT_INSUFFICIENT_SCOPE',
    403,
    'Insufficient scope',
    {
      'WWW-Authenticate':
        'Bearer error="insufficient_scope", error_description="Insufficient scope", scope="read write"',
    },
  ],
  [new InvalidTokenException('bad'), 'InvalidTokenException', 'JWT_INVALID', 422, 'bad', {}],
  [new WrongTokenTypeException('type'), 'WrongTokenTypeException', 'JWT_WRONG_TYPE', 422, 'type', {}],
  [
    new InvalidCredentialsException(),
    'InvalidCredentialsException',
    'JWT_BAD_CREDENTIALS',
    401,
    'Bad username or password',
    { 'WWW-Authenticate': 'Bearer' },
  ],
  [
    new MalformedCredentialsException(),
    'MalformedCredentialsException',
    'JWT_MALFORMED_CREDENTIALS',
    400,
    'Missing username or password',
    {},
  ],
  [
    new RevocationUnavailableException(),
    'RevocationUnavailableException',
    'JWT_REVOCATION_UNAVAILABLE',
    503,
    'Token revocation status is unavailable',
    { 'Retry-After': '1' },
  ],
  [
    new KeysUnavailableException(),
    'KeysUnavailableException',
    'JWT_KEYS_UNAVAILABLE',
    503,
    'Token verification keys are unavailable',
    { 'Retry-After': '1' },
  ],
];

describe('the exceptions', () => {
  it.each(ALL)('%s is %s, %s', (exception, name, code, status, message, headers) => {
    expect(exception).toBeInstanceOf(Error);
    expect(exception).toBeInstanceOf(HttpException);
    expect(exception).toBeInstanceOf(JwtExtendedException);
    expect(exception).toMatchObject({ name, code, message });
    expect(exception.getStatus()).toBe(status);
    expect(exception.getResponse()).toEqual({ msg: message });
    expect(exception.headers).toEqual(headers);
    expect(exception.stack).toContain(name);
  });

  it('are instances of their own classes only', () => {
    const classes = ALL.map(([exception]) => exception.constructor as new () => JwtExtendedException);
    for (const [exception] of ALL) {
      const kinds = classes.filter((kind) => exception instanceof kind).map(({ name }) => name);
      const wrongType = exception instanceof WrongTokenTypeException ? ['InvalidTokenException'] : [];
      expect(kinds).toEqual([...wrongType, exception.constructor.name]);
    }
  });

  it('have the claims of the refused token, and the error in cause', () => {
    const [payload, header] = [{ type: 'access', fresh: false, jti: null, sub: 'alice' }, { alg: 'HS256' }];
    const cause = new Error('underneath');
    const exception = new RevokedTokenException(undefined, { payload, header, cause });
    expect(exception).toMatchObject({ payload, header, cause });
    expect(new RevokedTokenException().payload).toBeUndefined();
  });

  it('show no internal property in a log or as JSON', () => {
    expect(Object.keys(new ExpiredTokenException())).not.toEqual(expect.arrayContaining(['kind', 'answer']));
    expect(JSON.stringify(new ExpiredTokenException())).not.toContain('challenge');
  });
});

describe('the name of an exception', () => {
  /** Renames a class like a bundler. */
  const rename = <T extends object>(type: T): T => Object.defineProperty(type, 'name', { value: 'a' });

  it('survives a bundler that renames classes', () => {
    const { name } = ExpiredTokenException;
    rename(ExpiredTokenException);
    try {
      const exception = new ExpiredTokenException();
      expect(exception.name).toBe('ExpiredTokenException');
      expect(exception.stack).toBe('ExpiredTokenException: Token has expired');
    } finally {
      Object.defineProperty(ExpiredTokenException, 'name', { value: name });
    }
  });

  it('is that of a subclass in an application, with the code and the status of the extended class', () => {
    class TenantException extends InsufficientScopeException {}
    const own = new TenantException('wrong tenant');
    expect(own).toMatchObject({ name: 'TenantException', code: 'JWT_INSUFFICIENT_SCOPE', message: 'wrong tenant' });
    expect(own.getStatus()).toBe(403);
  });

  it('cannot belong to a class that directly extends the base, because the base has no code', () => {
    class OwnException extends JwtExtendedException {}
    expect(() => new OwnException('mine')).toThrow(TypeError);
    expect(() => new OwnException('mine')).toThrow(/InvalidTokenException/);
  });
});

describe('instanceof', () => {
  it('is false for any other value', () => {
    for (const other of [
      undefined,
      null,
      0,
      '',
      {},
      [],
      new Error('x'),
      new HttpException('x', 401),
      Object.create(null),
    ]) {
      expect(other instanceof (JwtExtendedException as unknown as new () => object)).toBe(false);
      expect(other instanceof InvalidTokenException).toBe(false);
    }
  });

  it('is true for a subclass of the application', () => {
    class TenantException extends InvalidTokenException {}
    const own = new TenantException('wrong tenant');
    expect(own).toBeInstanceOf(TenantException);
    expect(own).toBeInstanceOf(InvalidTokenException);
    expect(own).toBeInstanceOf(JwtExtendedException);
    expect(own).toMatchObject({ name: 'TenantException', code: 'JWT_INVALID' });
    expect(new InvalidTokenException('x')).not.toBeInstanceOf(TenantException);
  });

  it('is true for exceptions of another copy of the package, which have the same brand', () => {
    const brand = Symbol.for('nestjs-jwt-extended.exception');
    const copyOf = (name: string, base: object) => Object.create(base, { [brand]: { value: name } }) as object;
    const base = copyOf('JwtExtendedException', HttpException.prototype);
    const expired = Object.create(copyOf('ExpiredTokenException', base)) as object;
    expect(expired).toBeInstanceOf(ExpiredTokenException);
    expect(expired).toBeInstanceOf(JwtExtendedException);
    expect(expired).not.toBeInstanceOf(RevokedTokenException);
  });
});
