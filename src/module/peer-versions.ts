import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * One sentence where `@nestjs/jwt` is not of Nest's own major, `null` where it is or cannot be told. Read from where the
 * application was started, which both copies of this package can do.
 */
export function describeMismatch(root = process.cwd()): string | null {
  const nest = majorOf('@nestjs/core', root);
  const jwt = majorOf('@nestjs/jwt', root);
  if (nest === null || jwt === null || nest === jwt) return null;
  return (
    `@nestjs/jwt ${jwt} is installed beside Nest ${nest}; the two belong together. ` +
    `Install it in Nest's major: npm install @nestjs/jwt@${nest}`
  );
}

/** The major version of an installed package, `null` where it cannot be found from there. */
export function majorOf(name: string, root = process.cwd()): string | null {
  const require = createRequire(join(root, 'package.json'));
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      const { version } = require(join(folder, name, 'package.json')) as { version: string };
      return version.split('.', 1)[0] ?? null;
    } catch {
      // Not in this folder: the next one up.
    }
  }
  return null;
}
