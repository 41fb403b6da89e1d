import { readFileSync, writeFileSync } from 'node:fs';
import { jwtEnv, type JwtEnvKind, type JwtEnvName } from 'nestjs-jwt-extended/config';
import { FLASK_SETTINGS } from '../../src/options/flask-settings.js';
import { readPage } from './page.js';

const PAGE = 'docs/reference/environment.md';

const FORMS: Readonly<Record<JwtEnvKind, string>> = {
  boolean: '`true`, `false`, `1` or `0`',
  duration: 'seconds (`900`), or a number with a unit (`15m`)',
  key: 'a secret, PEM, or a JWK as JSON',
  lifetime: 'seconds (`900`), a number with a unit (`15m`), or `false` for no end',
  list: '`a,b` or `["a","b"]`',
  text: 'text',
  'text or list': 'text, `a,b` or `["a","b"]`',
};

/** The table of the page. */
function table(): string {
  const rows = Object.entries(jwtEnv.variables).map(([name, kind]) => {
    const { option } = FLASK_SETTINGS[name as JwtEnvName];
    const shown = option === 'protectCsrf' ? '`csrf: false` with `false`' : `\`${option}\``;
    return [`\`${name}\``, FORMS[kind], shown];
  });
  const lines = [['variable', 'text', 'option'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...others] = lines;
  return [row(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...others.map(row)].join('\n');
}

it('the table of docs/reference/environment.md has every variable, how it is read, and its option', () => {
  const text = readFileSync(PAGE, 'utf8');
  const expected = text.replace(/^\|.*\|$(?:\n\|.*\|$)*/m, table());
  // WRITE_DOCS=true writes the table.
  if (process.env.WRITE_DOCS === 'true') writeFileSync(PAGE, expected);
  expect(readFileSync(PAGE, 'utf8')).toBe(expected);
});

describe('docs/guide/config.md', () => {
  const { blocks } = readPage('docs/guide/config.md');
  const blockIn = (language: string) => blocks.find((block) => block.language === language)?.code ?? '';

  it('shows variables that jwtEnv accepts', () => {
    const lines = blockIn('sh').trim().split('\n');
    const env = Object.fromEntries(lines.map((line) => line.split('=')));
    expect(jwtEnv.options(env)).toEqual({
      secret: expect.any(String),
      accessTokenExpires: '15m',
      tokenLocation: ['headers', 'cookies'],
    });
  });

  it('shows the error for two wrong variables', () => {
    const env = { JWT_COOKIE_SECURE: 'yes', JWT_PASSWORD: 'x' };
    expect(() => jwtEnv.with({ requireKey: false }).options(env)).toThrow(new TypeError(blockIn('text').trim()));
  });
});
