import { pino } from 'pino';
import { jwtRedact } from 'nestjs-jwt-extended/pino';

const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';
const censorUrl = (url: string) => jwtRedact().censor(url, ['req', 'url']);

describe('jwtRedact()', () => {
  it.each([
    ['/me', '/me'],
    [`/me?jwt=${token}`, '/me?jwt=[Redacted]'],
    [`/me?a=1&jwt=${token}&b=2#c`, '/me?a=1&jwt=[Redacted]&b=2#c'],
    ['/me?jwt=half.a-token', '/me?jwt=[Redacted]'],
    [`/me?%6Awt=x`, '/me?%6Awt=[Redacted]'],
    ['/me?jwt=a&jwt=b', '/me?jwt=[Redacted]&jwt=[Redacted]'],
    ['/me?%=1&jwt=b', '/me?%=1&jwt=[Redacted]'],
    [`/reset/${token}?next=1`, '/reset/[Redacted]?next=1'],
    ['/files/www.example.com?v=1.2.3', '/files/www.example.com?v=1.2.3'],
  ])('logs %s as %s', (url, logged) => {
    expect(censorUrl(url)).toBe(logged);
  });

  it('logs no value at the other paths', () => {
    const { censor } = jwtRedact();
    expect(censor(`Bearer ${token}`, ['req', 'headers', 'authorization'])).toBe('[Redacted]');
    expect(censor([`a=${token}`], ['res', 'headers', 'set-cookie'])).toBe('[Redacted]');
    expect(censor('secret', ['req', 'body', 'password'])).toBe('[Redacted]');
    expect(censor('x', ['req', 'query', 'jwt'])).toBe('[Redacted]');
  });

  it('logs the other values without what looks like a token', () => {
    const { censor } = jwtRedact();
    expect(censor(`https://a.example/?x=${token}`, ['req', 'headers', 'referer'])).toBe(
      'https://a.example/?x=[Redacted]',
    );
    expect(censor(['reset', token], ['req', 'params', 'splat'])).toEqual(['reset', '[Redacted]']);
    expect(censor({ a: 1 }, ['req', 'query', 'filter'])).toEqual({ a: 1 });
    expect(censor('curl/8', ['req', 'headers', 'user-agent'])).toBe('curl/8');
  });

  it('follows other names, and keeps Authorization', () => {
    const { censor, paths } = jwtRedact({
      header: { name: 'X-Token' },
      queryString: { name: 'the token' },
      json: { accessKey: 'accessToken' },
      csrf: { access: { headerName: 'X-Access' } },
    });
    for (const name of ['x-token', 'authorization', 'cookie', 'x-access', 'x-csrf-token'])
      expect(censor('x', ['req', 'headers', name])).toBe('[Redacted]');
    expect(censor('x', ['req', 'query', 'the token'])).toBe('[Redacted]');
    expect(censor('/me?the+token=a', ['req', 'url'])).toBe('/me?the+token=[Redacted]');
    expect(paths).toContain('req.body["accessToken"]');
    expect(jwtRedact({ csrf: false }).censor('x', ['req', 'headers', 'x-csrf-token'])).toBe('x');
  });

  it('keeps the tokens and passwords of bodies out of the log', () => {
    const lines: string[] = [];
    const log = pino({ redact: jwtRedact() }, { write: (line: string) => void lines.push(line) });
    const pair = { access_token: 'one', refresh_token: 'two', other: 'kept' };
    log.info({ req: { body: { ...pair, username: 'alice', password: 'three' } }, res: { body: pair } });
    const censored = { access_token: '[Redacted]', refresh_token: '[Redacted]', other: 'kept' };
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      req: { body: { ...censored, username: 'alice', password: '[Redacted]' } },
      res: { body: censored },
    });
    // pino changes only what it writes.
    expect(pair.access_token).toBe('one');
  });

  it('refuses a wrong option', () => {
    expect(() => jwtRedact({ header: { nmae: 'X' } as object })).toThrow(/option "header\.nmae" does not exist/);
  });
});
