import { setJwtContext } from 'nestjs-jwt-extended';
import { jwtTracker } from 'nestjs-jwt-extended/throttler';

describe('the tracker of a request without a token', () => {
  it.each([
    ['an IPv4 address', '203.0.113.7', '203.0.113.7'],
    ['an IPv4 address in its IPv6 form', '::ffff:203.0.113.7', '203.0.113.7'],
    ['the same with hexadecimal groups', '::ffff:cb00:7107', '203.0.113.7'],
    ['an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['another address of the same network', '2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['the same network in upper case with zeros', '2001:0DB8:0001:0002::00FF', '2001:db8:1:2::/64'],
    ['an address that begins with zeros', '::1', '0:0:0:0::/64'],
    ['an address that ends with zeros', '2001:db8::', '2001:db8:0:0::/64'],
    ['an address with a zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['the name that a proxy of the application sets', 'proxy-7', 'proxy-7'],
  ])('is %s', (_what, ip, expected) => {
    expect(jwtTracker({ ip })).toBe(`address:${expected}`);
  });

  it('is the address of the socket for a request of Node', () => {
    expect(jwtTracker({ socket: { remoteAddress: '203.0.113.7' } })).toBe('address:203.0.113.7');
  });

  it('is one for all callers where the server knows no address', () => {
    expect(jwtTracker({})).toBe('address:unknown');
    expect(jwtTracker({ socket: {} })).toBe('address:unknown');
  });
});

describe('the tracker of a request with a verified token', () => {
  const trackerOf = (payload: object, further: object = {}) => {
    const request = { ip: '203.0.113.7' };
    setJwtContext(request, { payload: { ...payload }, ...further });
    return jwtTracker(request);
  };

  it('is the issuer and the identity', () => {
    expect(trackerOf({ sub: 'alice' })).toBe('user:[null,"alice"]');
    expect(trackerOf({ sub: 'alice', iss: 'https://one.example' })).not.toBe(
      trackerOf({ sub: 'alice', iss: 'https://two.example' }),
    );
  });

  it('differs for a number and the same digits as text', () => {
    expect(trackerOf({ sub: 7 })).not.toBe(trackerOf({ sub: '7' }));
  });

  it('has the identity of the option identityClaim', () => {
    expect(trackerOf({ sub: 'alice' }, { identity: 'tenant-1' })).toBe('user:[null,"tenant-1"]');
  });

  it('is the address for a token without an identity', () => {
    expect(trackerOf({})).toBe('address:203.0.113.7');
  });

  it('is the address for an anonymous request', () => {
    const request = { ip: '203.0.113.7' };
    setJwtContext(request, null);
    expect(jwtTracker(request)).toBe('address:203.0.113.7');
  });
});
