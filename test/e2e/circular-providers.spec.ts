import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { NEST_MODULES, NEST_VERSION } from '../support/nest-version.js';

const program = join(dirname(fileURLToPath(import.meta.url)), 'circular-providers/program.mjs');

/** Starts an application whose `userLookup` needs a service with `TokenService`. Returns what it prints. */
async function start(way: string): Promise<string> {
  const env = { ...process.env, PATIENCE: '30000' };
  const options = { timeout: 60_000, env };
  const { stdout } = await promisify(execFile)(process.execPath, [program, NEST_MODULES, way], options);
  return stdout.trim();
}

describe('a userLookup with a service that needs TokenService', () => {
  it.each(['module-ref', 'class-forward'])('works with %s', async (way) => {
    expect(JSON.parse(await start(way))).toEqual({ user: { name: 'alice' } });
  });

  it.each([
    ['factory', 'options -> Users -> TokenService'],
    ['indirect', 'options -> Accounts -> Users -> TokenService'],
    ['class', 'options -> OptionsClass -> Users -> TokenService'],
  ])('stops the start if the options inject it directly (%s)', async (way, path) => {
    const printed = await start(way);
    // Nest 12 finds the circle itself.
    if (NEST_VERSION === 12) expect(printed).toMatch(/CircularDependencyException|the options need themselves/);
    else expect(printed).toMatch(new RegExp(`^Error: JwtExtendedModule.*: ${path} .* Inject ModuleRef`));
  });

  it('stops the start if a factory injects it with forwardRef(), and the message contains the cure', async () => {
    expect(await start('forward-ref')).toMatch(
      /^TypeError: .*forwardRef\(\) that needs the options\. Inject ModuleRef/,
    );
  });
});
