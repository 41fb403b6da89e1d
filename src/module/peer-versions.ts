import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * The warning if `@nestjs/jwt` and Nest have different major versions. `null` if they agree or a version is unknown. It reads
 * the versions from the folder in which the application was started, because both copies of this package can do that.
 */
export function describeMismatch(root = process.cwd()): string | null {
  const nest = majorOf('@nestjs/core', root);
  const jwt = majorOf('@nestjs/jwt', root);
  if (nest === null || jwt === null || nest === jwt) return null;
  return (
    `@nestjs/jwt ${jwt} and Nest ${nest} are installed; they need the same major version. ` +
    `Run: npm install @nestjs/jwt@${nest}`
  );
}

/** The major version of an installed package. `null` if it cannot be found from that folder. */
export function majorOf(name: string, root = process.cwd()): string | null {
  const require = createRequire(join(root, 'package.json'));
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      const { version } = require(join(folder, name, 'package.json')) as { version: string };
      return version.split('.', 1)[0] ?? null;
    } catch {
      // The package is not in this folder. Try its parent.
    }
  }
  return null;
}
