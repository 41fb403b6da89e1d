import { jest } from '@jest/globals';
import type { JwtExtendedOptions } from 'nestjs-jwt-extended';
import { compact, OTHER_SECRET, SECRET } from '../../../support/forge.js';
import { tokenService } from '../../../support/token-service.js';

const GARBAGE = `{"sub":"alice","list":[${Array.from({ length: 1_000 }, () => '{"a":[1]}').join(',')}]}`;
const HEADER = '{"alg":"HS256","typ":"JWT"}';

/** What the library parses and freezes while it refuses a token. */
async function workFor(token: string, options: JwtExtendedOptions = {}): Promise<{ parsed: string[]; frozen: number }> {
  const tokens = await tokenService({ cache: false, ...options });
  await tokens.verify(await tokens.createAccessToken('alice'));
  const [parse, freeze] = [jest.spyOn(JSON, 'parse'), jest.spyOn(Object, 'freeze')];
  try {
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'JWT_INVALID' });
    return { parsed: parse.mock.calls.map(([text]) => text), frozen: freeze.mock.calls.length };
  } finally {
    parse.mockRestore();
    freeze.mockRestore();
  }
}

describe('A large token that no key has signed', () => {
  it('is refused before its claims are parsed or frozen', async () => {
    expect(await workFor(compact(HEADER, GARBAGE, { secret: OTHER_SECRET }))).toEqual({ parsed: [], frozen: 0 });
    expect(await workFor(compact(HEADER, 'no JSON', { secret: OTHER_SECRET }))).toEqual({ parsed: [], frozen: 0 });
  });

  it('is refused without a frozen header', async () => {
    const header = `{"alg":"HS256","x":${GARBAGE}}`;
    const { parsed, frozen } = await workFor(compact(header, '{}', { secret: OTHER_SECRET }));
    expect([parsed.length, frozen]).toEqual([1, 0]);
  });

  it('is parsed but not frozen if its issuer chooses the keys', async () => {
    const jwks = { issuer: 'https://idp.example', uri: 'https://idp.example/keys', audience: 'api' };
    const { parsed, frozen } = await workFor(compact(HEADER, GARBAGE, { secret: OTHER_SECRET }), { jwks });
    expect([parsed.length, frozen]).toEqual([1, 0]);
  });
});

describe('A signed token', () => {
  it('has frozen claims and a frozen header at every depth', async () => {
    const header = '{"alg":"HS256","x":{"list":[{"a":1}]}}';
    const claims = '{"sub":"alice","jti":"a","list":[{"a":1}]}';
    for (const options of [{}, { cache: false as const }]) {
      const verified = await (await tokenService(options)).verify(compact(header, claims));
      const { x } = verified.header as unknown as { x: { list: object[] } };
      const { list } = verified.payload as unknown as { list: object[] };
      for (const value of [verified.header, x, x.list, x.list[0], verified.payload, list, list[0]]) {
        expect(Object.isFrozen(value)).toBe(true);
      }
    }
  });

  it('cannot be changed by decodeKey before its claims are checked', async () => {
    const failures: unknown[] = [];
    const decodeKey: JwtExtendedOptions['decodeKey'] = (header, payload) => {
      for (const object of [header, header.x, payload, payload.list]) {
        try {
          (object as Record<string, unknown>).role = 'admin';
        } catch (error) {
          failures.push(error);
        }
      }
      return SECRET;
    };
    const token = compact('{"alg":"HS256","x":{}}', '{"sub":"alice","jti":"a","list":[]}');
    const verified = await (await tokenService({ decodeKey })).verify(token);
    expect(failures).toHaveLength(4);
    expect(verified.payload).not.toHaveProperty('role');
  });

  it('is refused if its payload is no JSON object, or is nested too deeply', async () => {
    const deep = `{"sub":"a","x":${'['.repeat(200)}${']'.repeat(200)}}`;
    for (const payload of ['no JSON', '[]', deep]) {
      await expect((await tokenService()).verify(compact(HEADER, payload))).rejects.toThrow(/^Invalid payload string/);
    }
  });
});
