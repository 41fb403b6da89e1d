import fc from 'fast-check';
import { toSeconds } from '../../../src/options/duration.js';

const NO_DURATIONS: unknown[] = [
  '',
  ' ',
  '15',
  'm',
  '15 m',
  '15M',
  '15min',
  '15 minutes',
  '1h30m',
  '.5h',
  '5.h',
  '1e3s',
  '0x10s',
  '+5m',
  '--5m',
  'Infinitys',
  'NaNs',
  '1,5h',
  '9'.repeat(400) + 's',
  true,
  false,
  null,
  undefined,
  [],
  [15, 'm'],
  {},
  { minute: 15 },
  { minutes: '15' },
  { minutes: 15, seconds: null },
  { toString: 1 },
  new Date(),
  Symbol('15m'),
  () => 15,
  10n,
];

describe('a duration', () => {
  it.each([
    [0, 0],
    [900, 900],
    [1.5, 1.5],
    [-5, -5],
    ['500ms', 0.5],
    ['45s', 45],
    ['15m', 900],
    ['12h', 43_200],
    ['30d', 2_592_000],
    ['2w', 1_209_600],
    ['1.5h', 5_400],
    ['-1m', -60],
    [' 15m ', 900],
    [{ milliseconds: 250 }, 0.25],
    [{ seconds: 90 }, 90],
    [{ minutes: 15 }, 900],
    [{ hours: 1, minutes: 30 }, 5_400],
    [{ days: 1 }, 86_400],
    [{ weeks: 1, days: -7 }, 0],
  ])('%j is %d seconds', (duration, seconds) => {
    expect(toSeconds(duration)).toBeCloseTo(seconds, 9);
  });

  it.each(['60', '900', '-5', ' 60 '])('%j has no unit; the message has both cures', (text) => {
    const number = text.trim();
    expect(() => toSeconds(text)).toThrow(TypeError);
    expect(() => toSeconds(text)).toThrow(`has no unit. Write ${number} (a number of seconds) or '${number}s'.`);
  });

  it.each(NO_DURATIONS)('%p is refused', (value) => {
    expect(() => toSeconds(value)).toThrow(TypeError);
  });

  it.each([NaN, Infinity, -Infinity, 1e300, { days: Infinity }, { weeks: 1e300 }, '999999999999999w'])(
    '%p is refused as not finite',
    (value) => {
      expect(() => toSeconds(value)).toThrow(/is not a finite duration/);
    },
  );

  it('has the same value in every notation', () => {
    const units = [
      ['s', 'seconds', 1],
      ['m', 'minutes', 60],
      ['h', 'hours', 3_600],
      ['d', 'days', 86_400],
      ['w', 'weeks', 604_800],
    ] as const;
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), fc.constantFrom(...units), (amount, [unit, field, seconds]) => {
        expect(toSeconds(`${amount}${unit}`)).toBe(amount * seconds);
        expect(toSeconds({ [field]: amount })).toBe(amount * seconds);
        expect(toSeconds(amount * seconds)).toBe(amount * seconds);
      }),
    );
  });

  it('is a finite number or a TypeError for every value', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          expect(Number.isFinite(toSeconds(value))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
    );
  });
});
