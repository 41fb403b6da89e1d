import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile, type Options } from '@swc/core';

const root = fileURLToPath(new URL('../..', import.meta.url));

// Other processes cannot use the transform of Jest. This transform is the same, and writes files.
const options: Options = {
  swcrc: false,
  sourceMaps: 'inline',
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
  },
  module: { type: 'es6' },
};

/** A compiled application with the library in its `node_modules`, which other processes run. */
export class WorkerBuild {
  private constructor(private readonly folder: string) {}

  /** Compiles both into node_modules. No tool of the repository reads this folder, and Node finds the packages from there. */
  static async make(): Promise<WorkerBuild> {
    const cache = join(root, 'node_modules', '.cache');
    mkdirSync(cache, { recursive: true });
    const folder = mkdtempSync(join(cache, 'worker-'));
    const build = new WorkerBuild(folder);
    const { library } = build;
    const exports = { '.': './index.js', './redis': './redis.js', './sql': './sql.js' };
    await Promise.all([
      compile(join(root, 'test/revocation/worker'), folder, {}),
      compile(join(root, 'src'), library, { exports }),
    ]);
    process.once('exit', () => build.remove());
    return build;
  }

  /** The folder of the library. */
  get library(): string {
    return join(this.folder, 'node_modules', 'nestjs-jwt-extended');
  }

  get main(): string {
    return join(this.folder, 'main.js');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Compiles the sources of a folder into another folder, with a `package.json`. */
export async function compile(from: string, to: string, manifest: object): Promise<void> {
  const sources = readdirSync(from, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const compiled = await Promise.all(
    sources.map(async (file) => ({ file, code: (await transformFile(join(from, file), options)).code })),
  );
  mkdirSync(to, { recursive: true });
  writeFileSync(join(to, 'package.json'), JSON.stringify({ type: 'module', ...manifest }));
  for (const { file, code } of compiled) {
    const target = join(to, file.replace(/ts$/, 'js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}
