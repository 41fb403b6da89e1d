import { runInNewContext } from 'node:vm';
import { TokenCookieService, TokenService } from 'nestjs-jwt-extended';
import * as paramDecorators from '../../src/context/param.decorators.js';
import * as routeDecorators from '../../src/routes/route.decorators.js';
import { settleRequirement, type JwtRequirement } from '../../src/types/requirement.js';
import { quoted, rowsOf } from './page.js';

function shownIn(header: readonly string[]): string[] {
  const names = rowsOf('docs/reference/decorators.md', header).flatMap(([cell]) =>
    quoted(cell).map((text) => /^@(\w+)\(/.exec(text)?.[1] ?? text),
  );
  return [...new Set(names)].sort();
}

it('shows every decorator', () => {
  expect(shownIn(['decorator', 'effect on the route'])).toEqual(Object.keys(routeDecorators).sort());
  const ofParameters = ['decorator', 'value', 'on an optional route without a token'];
  const names = Object.keys(paramDecorators).filter((name) => /^[A-Z]/.test(name));
  expect(shownIn(ofParameters)).toEqual(names.sort());
});

it('shows every requirement, with a value that is not the default', () => {
  const shown = rowsOf('docs/reference/decorators.md', ['requirement', 'meaning']).flatMap(([cell]) => quoted(cell));
  for (const text of shown) {
    const requirement = runInNewContext(`({ ${text} })`) as JwtRequirement;
    expect(settleRequirement(requirement)).not.toEqual(settleRequirement());
  }
  // `type` is another word for `refresh` and `verifyType`.
  const names = [...Object.keys(settleRequirement()), 'type'];
  expect(shown.map((text) => text.split(':')[0]).sort()).toEqual(names.sort());
});

it.each(Object.entries({ TokenService, TokenCookieService }))('shows only methods that %s has', (name, service) => {
  const cells = rowsOf('docs/migration/from-flask.md', ['Flask-JWT-Extended', 'this library']).map(
    ([, here = '']) => here,
  );
  const methods = cells
    .filter((cell) => cell.includes(`${name}.`))
    .flatMap(quoted)
    .map((text) => text.replace(`${name}.`, '').replace(/\(.*$/, ''));
  expect(methods.length).toBeGreaterThan(4);
  expect(methods.filter((method) => !(method in service.prototype))).toEqual([]);
});
