import fc from 'fast-check';
import {
  InvalidTokenException,
  MissingTokenException,
  type HttpRequest,
  type JwtExtendedOptions,
} from 'nestjs-jwt-extended';
import { findToken } from '../../../src/authentication/token-sources.js';
import { resolveSettings } from '../../../src/options/resolve-settings.js';
import { settleRequirement, type JwtRequirement } from '../../../src/types/requirement.js';
import { SECRET } from '../../support/forge.js';
import { millisecondsOf } from '../../support/timing.js';

const settings = resolveSettings({ secret: SECRET });
const ANY = settleRequirement();

function find(request: Partial<HttpRequest>, options: JwtExtendedOptions = {}, requirement?: JwtRequirement): unknown {
  const all = resolveSettings({ secret: SECRET, ...options });
  return findToken({ headers: {}, ...request }, settleRequirement(requirement), all).rawToken;
}

const HOSTILE: [string, string][] = [
  ['commas', ',,,,'],
  ['blanks', '    '],
  ['commas and blanks', ' , ,'],
  ['tabs', 'Bearer\t\t'],
  ['schemes', 'Bearer x,'],
  ['schemes without a token', 'Bearer,'],
  ['words', 'Bearer a '],
  ['dots', 'Bearer a.b.'],
  ['quotes', '","'],
];

describe('a header', () => {
  it.each(HOSTILE)('of a million %s is read in linear time', (_what, piece) => {
    for (const around of [
      (text: string) => text,
      (text: string) => `Bearer ${text}x`,
      (text: string) => `x${text}Bearer`,
    ]) {
      const authorization = around(piece.repeat(Math.ceil(1_000_000 / piece.length)));
      const took = millisecondsOf(() =>
        expect(() => {
          findToken({ headers: { authorization } }, ANY, settings);
        }).not.toThrow(RangeError),
      );
      expect(took).toBeLessThan(3_000);
    }
  });

  it('has a token, or is refused with one of two exceptions', () => {
    // Node reads headers as Latin-1, and refuses control characters except the tab.
    const piece = fc.oneof(
      fc.constantFrom('Bearer', ' ', ',', '\t', 'a.b.c', 'bearer', '\u00a0', '\u0085', '\u00ff'),
      fc.string(),
    );
    const header = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));
    const types = fc.constantFrom('Bearer', '');
    fc.assert(
      fc.property(header, types, fc.boolean(), (authorization, type, caseInsensitive) => {
        try {
          const found = find({ headers: { authorization } }, { header: { type, caseInsensitive } });
          expect(found).toMatch(/^\S+$/);
        } catch (error) {
          expect([MissingTokenException, InvalidTokenException].some((kind) => error instanceof kind)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('that a framework passes as a list is read as one value', () => {
    expect(find({ headers: { authorization: ['Bearer a', 'Basic b'] } })).toBe('a');
    expect(() => find({ headers: { authorization: ['Bearer a', 'Bearer b'] } })).toThrow(MissingTokenException);
    expect(() => find({ headers: { authorization: undefined } })).toThrow('Missing Authorization Header');
  });
});
