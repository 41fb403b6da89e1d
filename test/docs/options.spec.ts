import { runInNewContext } from 'node:vm';
import { RevocationStore } from 'nestjs-jwt-extended/store';
import { FLASK_SETTINGS } from '../../src/options/flask-settings.js';
import { resolveSettings } from '../../src/options/resolve-settings.js';
import { CALLBACKS } from '../../src/options/callbacks.js';
import { quoted, rowsOf } from './page.js';

const secret = 'xy'.repeat(16);
const noUser = 'noOptionIsCalledThis';

/** The smallest options that accept a section `rotation`, which needs a store. */
const complete = { secret, revocation: { store: Object.create(RevocationStore.prototype) as RevocationStore } };

/** Adds `staleness`, which has no default and is required in `local`. */
function withStaleness(revocation: { local?: object }): object {
  return revocation.local ? { ...revocation, local: { staleness: 1, ...revocation.local } } : revocation;
}

/** Adds the required options of a section. */
const NEEDED: Readonly<Record<string, (inner: object) => object>> = {
  revocation: (inner) => ({ ...complete.revocation, ...withStaleness(inner) }),
  jwks: (inner) => ({ issuer: 'https://idp.example', ...inner }),
};

/** Complete options with one more value at a path. */
function optionsWith([name = '', ...path]: readonly string[], value: unknown): object {
  const inner = path.reduceRight((nested, key) => ({ [key]: nested }), value);
  return { ...complete, [name]: typeof inner === 'object' ? (NEEDED[name]?.(inner as object) ?? inner) : inner };
}

/** The option names in the error for an unknown option. Names in sections are paths. */
function listOptions(path: readonly string[] = []): string[] {
  try {
    resolveSettings(optionsWith([...path, noUser], 1));
  } catch (error) {
    const known = /does not exist\. Known: (.+)\.$/.exec((error as Error).message)?.[1];
    if (known !== undefined) return known.split(', ').flatMap((name) => listOptions([...path, name]));
  }
  return [path.join('.')];
}

const options = listOptions();
const sections = options.flatMap((name) => name.split('.').map((_, index, parts) => parts.slice(0, index).join('.')));
const isCallback = (name: string) =>
  [...Object.keys(CALLBACKS), 'errorResponses'].some((known) => name.split('.')[0] === known);

const rows = rowsOf('docs/reference/options.md', ['option', 'default', 'Flask-JWT-Extended']).map(
  ([names, defaults, flask]) => ({
    names: quoted(names).filter((name) => options.includes(name) || sections.includes(name)),
    defaults: quoted(defaults),
    flask: quoted(flask).filter((name) => name.startsWith('JWT_')),
  }),
);
const documented = rows.flatMap(({ names }) => names);

it('shows every option, and only options', () => {
  const expected = options.filter((name) => !isCallback(name));
  expect(documented.filter((name) => !sections.includes(name)).sort()).toEqual(expected.sort());
  for (const [cell] of rowsOf('docs/reference/options.md', ['option', 'default', 'Flask-JWT-Extended'])) {
    expect(documented).toContain(quoted(cell)[0]);
  }
});

it('shows every callback', () => {
  const shown = rowsOf('docs/reference/options.md', ['callback', 'called', 'Flask-JWT-Extended']).flatMap(([cell]) =>
    quoted(cell),
  );
  expect(shown.map((call) => call.replace(/\(.*$/, '')).sort()).toEqual(options.filter(isCallback).sort());
});

const defaults = rows.flatMap(({ names, defaults }) =>
  defaults.map((text, index) => [names[index] ?? '', text] as const),
);

it.each(defaults)('shows the default of %s', (name, text) => {
  const settings = resolveSettings(optionsWith(name.split('.'), runInNewContext(text)));
  const without = withoutValue(name.split('.'));
  expect(comparable(settings)).toEqual(comparable(resolveSettings(without)));
});

/** The same options without the value at a path. The section of the value stays. */
function withoutValue(path: readonly string[]): object {
  const section = path.slice(0, -1);
  return NEEDED[path[0] ?? ''] === undefined || section.length === 0 ? complete : optionsWith(section, {});
}

/** Removes the prototypes of the other VM context. */
function comparable(settings: object): unknown {
  return JSON.parse(JSON.stringify(settings, (_, value: unknown) => (value instanceof Set ? [...value] : value)));
}

it('shows the Flask name of every option that has one', () => {
  // If an option can also be an object, the Flask names belong to its members.
  const claimed = rows.flatMap(({ names, flask }) => {
    return flask.map((setting, index) => [setting, names.at(index - flask.length)]);
  });
  const own = Object.entries(FLASK_SETTINGS)
    .map(([setting, { option }]) => [setting, option === 'protectCsrf' ? 'csrf' : option] as const)
    .filter(([, option]) => documented.includes(option));
  expect(claimed.sort()).toEqual(own.sort());
});
