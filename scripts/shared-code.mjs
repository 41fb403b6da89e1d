// Decides which file has the code of the main entry. Each file costs the start of an application about a millisecond, so there
// are few. An entry must not load much that it does not use, so there is more than one.

/** What each application with the main entry uses. */
const ALWAYS_USED = [
  'jwt-extended.module',
  'jwt.guard',
  'jwt-exception.filter',
  'routes/route.decorators',
  'context/param.decorators',
];

/** The file of the rest. The main entry only passes it on, so a bundler can leave it out. */
const SELDOM_USED = 'seldom-used';

/** Each file, and the entries that load it. Its code is what these entries share with the main entry. A file imports earlier ones. */
const SHARED = {
  'shared-by-store': ['store'],
  'shared-by-stores': ['redis', 'sql'],
  'shared-by-pino': ['pino'],
};

/** An application imports these entries only with the main entry, which loads the shared code anyway. So one file is enough. */
const LAST = 'shared-by-extensions';
const EXTENSIONS = ['throttler', 'cache', 'swagger', 'config', 'terminus', 'testing', 'auth'];

/** For `manualChunks` of rollup: the file of a module. `undefined` leaves the decision to rollup. */
export function sharedCode(fileOf) {
  let files;
  return (id, { getModuleInfo }) => {
    files ??= filesByModule((ids) => reachedFrom(ids, getModuleInfo), fileOf);
    return files.get(id);
  };
}

function filesByModule(reach, fileOf) {
  const index = fileOf('index');
  const main = reach([index]);
  const always = reach(ALWAYS_USED.map(fileOf));
  const files = new Map();
  const put = (ids, fileFor) => {
    for (const id of ids) if (main.has(id) && id !== index && !files.has(id)) files.set(id, fileFor(id));
  };
  for (const [file, entries] of Object.entries(SHARED)) put(reach(entries.map(fileOf)), () => file);
  // The seldom used code imports the last shared file, never the main entry.
  const seldom = [...main].filter((id) => id !== index && !always.has(id));
  put(reach([...EXTENSIONS.map(fileOf), ...seldom]), (id) => (always.has(id) ? LAST : SELDOM_USED));
  return files;
}

function reachedFrom(ids, getModuleInfo, reached = new Set()) {
  for (const id of ids) {
    if (reached.has(id)) continue;
    reached.add(id);
    reachedFrom(getModuleInfo(id)?.importedIds ?? [], getModuleInfo, reached);
  }
  return reached;
}
