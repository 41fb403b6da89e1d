import { duration, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { SECRET } from '../../support/forge.js';

describe('duration()', () => {
  it.each([
    ['900', 900],
    ['900s', 900],
    ['15m', 900],
    [' 15m\n', 900],
    ['0.25h', 900],
    ['1.5', 1.5],
    ['500ms', 0.5],
    ['30d', 2_592_000],
    ['0', 0],
    [900, 900],
  ])('reads %p as %d seconds', (text, seconds) => {
    expect(duration(text, 'JWT_TTL')).toBe(seconds);
  });

  it.each(['', ' ', 'x', '15 minutes', '15min', '-900', '-15m', '1e3', 'false', 'Infinity', 'NaN', '9'.repeat(400)])(
    'refuses %p with the name of the variable',
    (text) => {
      expect(() => duration(text, 'JWT_TTL')).toThrow(TypeError);
      expect(() => duration(text, 'JWT_TTL')).toThrow(
        /^The lifetime JWT_TTL (?:is wrong: |is empty|must not be negative)/,
      );
    },
  );

  it.each([null, true, {}, [], NaN, Infinity])('refuses %p', (value) => {
    expect(() => duration(value as never, 'JWT_TTL')).toThrow(TypeError);
  });

  it('has the cure in its message', () => {
    expect(() => duration('15 minutes', 'JWT_TTL')).toThrow(
      "The lifetime JWT_TTL is wrong: '15 minutes' is not a duration. Write '15m'.",
    );
    expect(() => duration('false', 'JWT_TTL')).toThrow('For no end write false, without quotes.');
  });

  it('finds the name of the variable by the value', () => {
    process.env.TTL_OF_THIS_TEST = '15 fortnights';
    try {
      expect(() => duration(process.env.TTL_OF_THIS_TEST)).toThrow('The lifetime TTL_OF_THIS_TEST is wrong');
      process.env.OTHER_TTL_OF_THIS_TEST = '15 fortnights';
      expect(() => duration('15 fortnights')).toThrow('A lifetime is wrong');
    } finally {
      delete process.env.TTL_OF_THIS_TEST;
      delete process.env.OTHER_TTL_OF_THIS_TEST;
    }
    expect(() => duration('15 fortnights')).toThrow('A lifetime is wrong');
  });

  it('returns undefined for a variable that is not set, so the option has its default', () => {
    const seconds: number | undefined = duration(process.env.NO_SUCH_TTL);
    const options: JwtExtendedOptions = {
      secret: SECRET,
      accessTokenExpires: seconds,
      leeway: duration('5', 'LEEWAY'),
    };
    expect(resolveSettings(options)).toMatchObject({ accessTokenExpires: 900, leeway: 5 });
  });
});
