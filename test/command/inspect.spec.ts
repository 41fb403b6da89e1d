import { compact, forge } from '../support/forge.js';
import { Folder } from './in-process.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.remove());

const token = forge({ sub: 'ada', email: 'ada@example.com', csrf: 'value' }, { header: { kid: 'k1' } });
const [, , signature = ''] = token.split('.');
const NOT_VERIFIED = 'The token is NOT verified';

describe('the command inspect', () => {
  it.each([
    ['an argument', [token], ''],
    ['stdin', ['-'], `${token}\n`],
    ['stdin without an argument', [], token],
    ['a file', ['--file', 'token.txt'], ''],
    ['a header', ['-'], `Authorization: Bearer ${token}`],
    ['a quoted text', ['-'], `"${token}"\r\n`],
  ])('shows header and claims of a token from %s', async (_name, args, stdin) => {
    folder.write('token.txt', `${token}\n`);
    const { code, stdout, stderr } = await folder.run(['inspect', ...args], stdin);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      header: { alg: 'HS256', kid: 'k1' },
      payload: { sub: 'ada', email: 'ada@example.com', csrf: 'value' },
    });
    expect(stderr).toContain(NOT_VERIFIED);
    expect(stdout + stderr).not.toContain(signature);
  });

  it('warns about the history of the shell only if the token is an argument', async () => {
    const notice = 'The history of the shell may have this token now';
    expect((await folder.run(['inspect', token])).stderr).toContain(notice);
    expect((await folder.run(['inspect', '-'], token)).stderr).not.toContain(notice);
  });

  it('shows the times of the token', async () => {
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now - 3 * 86_400 - 5, nbf: now - 7205, exp: now + 605 };
    const { stderr } = await folder.run(['inspect'], forge(times));
    expect(stderr).toMatch(
      /^iat: issued \S+Z, 3 days ago\nnbf: valid from \S+Z, 2 hours ago\nexp: expires \S+Z, in 10 minutes\n$/m,
    );
    const odd = await folder.run(['inspect'], forge({ iat: 'soon', nbf: undefined, exp: 1e300 }));
    expect(odd).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/^(iat|nbf|exp):/m) });
  });

  it('escapes characters that a terminal obeys, or that reverse a line', async () => {
    const claims = { sub: '\u001b[2J\u009b2J\u202egnp.exe\u2028' };
    const { stdout } = await folder.run(['inspect'], forge(claims));
    // eslint-disable-next-line no-control-regex -- the subject of the test
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/);
    expect(JSON.parse(stdout).payload).toMatchObject(claims);
  });

  it.each([
    ['nothing', '', 'There is no token.'],
    ['two parts', 'a.b', 'three parts with dots between them; this text has 2'],
    ['a JWE', 'a.b.c.d.e', 'is encrypted'],
    ['a header that is not base64url', '!.e30.', 'The header of the token is not base64url'],
    ['a payload that is not JSON', compact('{}', 'secret text'), 'The payload of the token is not JSON.'],
    ['a payload that is a list', compact('{}', '[]'), 'The payload of the token is not a JSON object'],
    ['a header that is null', compact('null', '{}'), 'The header of the token is not a JSON object'],
  ])('refuses %s, and does not repeat it', async (_name, text, message) => {
    const { code, stdout, stderr } = await folder.run(['inspect', '-'], text);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('secret text');
  });

  it('does not repeat arguments that are too many, because they can be tokens', async () => {
    const { code, stdout, stderr } = await folder.run(['inspect', token, token]);
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain(token.slice(0, 10));
    expect((await folder.run(['inspect', token, '--file', 'a'])).code).toBe(2);
    expect((await folder.run(['inspect', '--file', 'missing'])).code).toBe(1);
  });
});
