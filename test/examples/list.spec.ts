import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { exampleNames, headOf } from './example.js';

const names = exampleNames();

/** The page for the comments of all examples. */
function page(): string {
  const parts = names.map((name) => {
    const { sentence, lines } = headOf(name);
    return `## [${name}](${name}/main.ts)\n\n${sentence}\n\n\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n`;
  });
  return [INTRODUCTION, ...parts].join('\n');
}

const INTRODUCTION = `# Examples

Each example is one small application. This command starts it on port 3000, or on the port in \`PORT\`:

\`\`\`sh
npm ci && npm run example ${names[0]}
\`\`\`

The examples 01 to 07 are the steps of the guide of Flask-JWT. The examples 08 to 22 are pages of the documentation of
Flask-JWT-Extended. The others are pages of the guide of this library.
The secret is new at each start, unless \`JWT_SECRET_KEY\` is set. The lines with \`#\` are the answers.
`;

describe('examples/README.md', () => {
  it('lists each example with its sentence and its commands', () => {
    // WRITE_DOCS=true writes the page.
    if (process.env.WRITE_DOCS === 'true') writeFileSync('examples/README.md', page());
    expect(readFileSync('examples/README.md', 'utf8')).toBe(page());
  });

  it.each(names)('shows an answer of %s, which has a test of its own', (name) => {
    expect(headOf(name).lines.some((line) => line.startsWith('# '))).toBe(true);
    expect(existsSync(`test/examples/${name}.spec.ts`)).toBe(true);
  });

  it.each([
    ['docs/migration/from-flask-jwt.md', names.filter((name) => name < '08')],
    ['docs/migration/from-flask.md', names.filter((name) => name >= '08' && name < '23')],
  ])('has its examples in %s too', (path, expected) => {
    const linked = [...readFileSync(path, 'utf8').matchAll(/\]\((?:\.\.\/)+examples\/([\w-]+)\/main\.ts\)/g)];
    expect(linked.map(([, name]) => name)).toEqual(expected);
  });

  it.each(names.filter((name) => name >= '23'))('has %s in a page of the guide or of a migration', (name) => {
    const paths = ['guide', 'migration'].flatMap((folder) =>
      readdirSync(`docs/${folder}`).map((file) => `docs/${folder}/${file}`),
    );
    const pages = paths.map((path) => readFileSync(path, 'utf8'));
    expect(pages.some((text) => text.includes(`](../../examples/${name}/main.ts)`))).toBe(true);
  });
});
