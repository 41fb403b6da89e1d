import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application } from 'typedoc';

/** The entries of the package that have a source: `nestjs-jwt-extended/redis` is src/redis.ts. */
function entriesOf(root) {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.keys(exports)
    .map((subpath) => (subpath === '.' ? 'index' : subpath.slice(2)))
    .map((name) => join(root, 'src', `${name}.ts`))
    .filter((file) => existsSync(file));
}

/** Writes a page for each public name, and one for each entry of the package, from the sources and their comments. */
export async function writeApi(root, folder) {
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: entriesOf(root),
    tsconfig: join(root, 'tsconfig.json'),
    // The default is the folder docs, which TypeDoc would empty.
    out: folder,
    cleanOutputDir: false,
    name: 'API',
    readme: 'none',
    excludeInternal: true,
    excludeExternals: true,
    excludePrivate: true,
    excludeProtected: true,
    // Tests check the comments; the pages need no second check of types.
    skipErrorChecking: true,
    disableSources: true,
    logLevel: 'Error',
    router: 'member',
    entryFileName: 'index',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    useCodeBlocks: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc read no sources');
  // `index` would be the address of the folder.
  for (const entry of project.children) if (entry.name === 'index') entry.name = 'main';
  await app.outputs.writeOutput({ name: 'markdown', path: folder }, project);
  for (const file of readdirSync(folder, { recursive: true }).filter((name) => /^(\w+\/)?index\.md$/.test(name))) {
    nameEntries(join(folder, file));
  }
}

/** Names an entry as an import does: `nestjs-jwt-extended/redis` instead of `redis`. */
function nameEntries(file) {
  const nameOf = (entry) => `nestjs-jwt-extended${entry === 'main' ? '' : `/${entry}`}`;
  const text = readFileSync(file, 'utf8')
    .replace(/^# (?!API)(\w+)$/m, (_, entry) => `# ${nameOf(entry)}`)
    .replace(/^- \[(\w+)\]\((\w+)\/index\.md\)$/gm, (_, entry) => `- [${nameOf(entry)}](${entry}/index.md)`);
  writeFileSync(file, text);
}
