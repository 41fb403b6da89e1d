import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Logger, type INestApplication } from '@nestjs/common';
import { send, type Answer, type Sending } from '../support/http-client.js';

/** The comment at the top of the file: what the example shows, and commands with the answers to them. */
export interface Head {
  readonly sentence: string;
  readonly lines: readonly string[];
}

/** The names of all examples, in their order. */
export function exampleNames(): string[] {
  return readdirSync('examples')
    .filter((name) => /^\d\d-/.test(name))
    .sort();
}

export function headOf(name: string): Head {
  const source = readFileSync(`examples/${name}/main.ts`, 'utf8');
  const comment = source.slice(0, source.indexOf('\nimport ')).split('\n');
  const lines = comment.flatMap((line) => /^\/\/ {3}(.*)$/.exec(line)?.[1] ?? []);
  const sentence = comment.flatMap((line) => /^\/\/ ([^\s#].*)$/.exec(line)?.[1] ?? []).join(' ');
  return { sentence, lines };
}

/** An example that runs on a free port, in this process. */
export class Example {
  app!: INestApplication;
  url = '';

  constructor(private readonly name: string) {}

  async start(env: NodeJS.ProcessEnv): Promise<void> {
    Logger.overrideLogger(false);
    Object.assign(process.env, { PORT: '0' }, env);
    ({ app: this.app } = (await import(`../../examples/${this.name}/main.js`)) as { app: INestApplication });
    const { port } = new URL(await this.app.getUrl());
    this.url = `http://localhost:${port}`;
  }

  /** `route` is a method and a path: `GET /profile`. */
  request(route: string, sending?: Sending): Promise<Answer> {
    const [method = '', path = ''] = route.split(' ');
    return send(method, `${this.url}${path}`, sending);
  }

  /** The member of the body that has the token. */
  async tokenFrom(route: string, body: object, member = 'access_token'): Promise<string> {
    const answer = await this.request(route, { body });
    return (answer.body as Record<string, string>)[member] ?? '';
  }

  /** Runs the commands of the comment with bash, and returns their output. `addresses` replace those in the comment. */
  async runCommands(addresses: Record<string, string>): Promise<string[]> {
    const folder = mkdtempSync(join(tmpdir(), 'example-'));
    const commands = headOf(this.name).lines.filter((line) => !line.startsWith('# '));
    const replaced = Object.entries({ 'localhost:3000': new URL(this.url).host, ...addresses });
    const script = replaced.reduce((text, [from, to]) => text.replaceAll(from, to), commands.join('\necho\n'));
    const { NODE_OPTIONS: _options, ...env } = process.env;
    // A user runs the commands in the repository, where Node finds the packages.
    env.NODE_PATH = resolve('node_modules');
    try {
      const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder, env });
      return stdout.split('\n').filter((line) => line !== '');
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

/** Describes an example that runs. Each example also gets a test of the commands in its comment. */
export function describeExample(
  name: string,
  body: (example: Example) => void,
  prepare: () => NodeJS.ProcessEnv | Promise<NodeJS.ProcessEnv> = () => ({}),
  addresses: Record<string, string> = {},
): void {
  describe(`the example ${name}`, () => {
    const example = new Example(name);
    beforeAll(async () => example.start(await prepare()));
    afterAll(() => example.app.close());

    it('answers the commands of its comment as the comment says', async () => {
      const expected = headOf(name).lines.filter((line) => line.startsWith('# '));
      const output = await example.runCommands(addresses);
      expect(output).toHaveLength(expected.length);
      expected.forEach((line, index) => expect(output[index]).toMatch(patternOf(line.slice(2))));
    });

    body(example);
  });
}

/** An ellipsis is a part that changes, such as the rest of a token. */
function patternOf(line: string): RegExp {
  const parts = line.split('…').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^"]+')}$`);
}
