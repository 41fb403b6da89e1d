import { Controller, Get } from '@nestjs/common';
import fc from 'fast-check';
import { JwtRequired } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { base64url, compact, forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class RoutesController {
  @JwtRequired()
  @Get('required')
  required() {}

  @JwtRequired({ optional: true, fresh: true })
  @Get('optional')
  optional() {}
}

const good = forge();

/** Every byte that Node accepts in a header. */
const headerByte = fc.constantFrom(
  ...[0x09, ...Array.from({ length: 0x100 - 0x20 }, (_, index) => index + 0x20)]
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
);
const headerPiece = fc.oneof(
  fc.constantFrom('Bearer', 'bearer', 'Basic', ' ', ',', ', ', '\t', '.', '=', '"', good, `Bearer ${good}`, 'a.b.c'),
  fc.string({ unit: headerByte, maxLength: 20 }),
);
const headerValue = fc.oneof(
  fc.string({ unit: headerByte, maxLength: 300 }),
  fc.array(headerPiece, { maxLength: 12 }).map((pieces) => pieces.join('')),
);

/** JSON values of all types, with odd names and numbers, correctly signed as header and payload. */
const json = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.constantFrom('1e400', 'NaN', '[]', '{', '"\\ud800"', '{"alg":"HS256"', '\ufeff{}', ''),
  fc
    .dictionary(
      fc.constantFrom('alg', 'kid', 'crit', 'b64', 'sub', 'exp', 'iat', 'nbf', 'jti', 'fresh', 'type', '__proto__'),
      fc.oneof(fc.constant('HS256'), fc.jsonValue({ maxDepth: 2 })),
    )
    .map((claims) => JSON.stringify(claims)),
);

describe.each(ADAPTERS)('hostile input on %s', (adapter) => {
  const app = useJwtApp(adapter, { controllers: [RoutesController] });
  const statusOf = async (path: string, header: string) =>
    (await app.send('GET', path, { headers: [['Authorization', header]] })).status;

  it('as Authorization header is answered 200, 401 or 422', async () => {
    await fc.assert(
      fc.asyncProperty(headerValue, async (header) => {
        expect([200, 401, 422]).toContain(await statusOf('/required', header));
        expect([200, 401, 422]).toContain(await statusOf('/optional', header));
      }),
      { numRuns: 150 },
    );
  });

  it('as correctly signed header and payload is answered 200, 401 or 422', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constant('{"alg":"HS256"}'), json), json, async (header, payload) => {
        expect([200, 401, 422]).toContain(await statusOf('/required', `Bearer ${compact(header, payload)}`));
        expect([200, 401, 422]).toContain(await statusOf('/optional', `Bearer ${compact(header, payload)}`));
      }),
      { numRuns: 150 },
    );
  });

  it('as three segments without a valid signature is answered 422', async () => {
    const segment = fc.oneof(
      json.map(base64url),
      fc.base64String({ maxLength: 40 }),
      fc.stringMatching(/^[\w.-]{0,30}$/),
    );
    await fc.assert(
      fc.asyncProperty(segment, segment, segment, async (header, payload, signature) => {
        expect(await statusOf('/required', `Bearer ${header}.${payload}.${signature}`)).toBe(422);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['commas', ','.repeat(15_000)],
    ['blanks', `Bearer${' '.repeat(15_000)}x`],
    ['commas and blanks', ' ,'.repeat(7_500)],
    ['fields', 'Bearer x,'.repeat(1_600)],
    ['dots', `Bearer ${'.'.repeat(15_000)}`],
    ['braces', `Bearer ${base64url('{"a":'.repeat(2_000))}.e30.e30`],
    [
      'brackets',
      `Bearer ${compact('{"alg":"HS256"}', `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`).slice(0, 15_000)}`,
    ],
  ])('as a full header of %s is answered at once', async (_what, header) => {
    const before = process.cpuUsage();
    expect([401, 422]).toContain(await statusOf('/required', header));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(3_000);
  });
});
