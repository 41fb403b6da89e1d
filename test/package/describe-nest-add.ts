import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describeInChromium, useChromium } from '../browser/support/chromium.js';
import { NestProject, type NewProject } from './nest-project.js';

/** A form of a project that `nest new` creates. */
export interface Form {
  readonly name: string;
  readonly project: Omit<NewProject, 'adapter'>;
  readonly fastify: NonNullable<NewProject['adapter']>;
}

/** The claims of docs/guide/nest-add.md, for a project on Express and the same on Fastify. */
export function describeNestAdd({ name, project, fastify }: Form): void {
  describe(`nest add in a new project of ${name}`, () => {
    const onExpress = new NestProject(project);
    const onFastify = new NestProject({ ...project, adapter: fastify });
    beforeAll(() => {
      onExpress.install();
      onFastify.install(onExpress);
    });
    describe('on Express', () => describeProject(onExpress));
    describe(`on ${fastify}`, () => describeProject(onFastify));
  });
}

function describeProject(project: NestProject): void {
  let server: { url: string; stop: () => void };

  beforeAll(() => {
    project.run('git', 'init', '--quiet');
    // The package is not on a registry yet, so it is installed already.
    project.run('npx', 'nest', 'add', 'nestjs-jwt-extended', '--skip-install');
    project.installAgain();
  });
  afterAll(() => {
    server?.stop();
    project.remove();
  });

  const environment = () => parseEnv(project.read('.env'));

  it('adds the module and the page', () => {
    expect(project.read('src/app.module.ts')).toMatch(/imports: \[\s*AuthModule\b/);
    expect(project.read('src/main.ts')).toMatch(/^ {2}setUpOpenApi\(app\);\n {2}await app\.listen/m);
  });

  it('leaves the secret in .env, which only its owner can read and git ignores', () => {
    expect((statSync(join(project.folder, '.env')).mode & 0o777).toString(8)).toBe('600');
    const offered = project.run('git', 'ls-files', '--others', '--exclude-standard', '--', '.env', '.env.example');
    expect(offered.trim()).toBe('.env.example');
    expect(environment().JWT_SECRET_KEY).toMatch(/^[0-9a-f]{128}$/);
  });

  it.each(['test', 'test:e2e'])('npm run %s passes', (script) => {
    project.run('npm', 'run', script);
  });

  it('npm run test:e2e passes without .env, as in CI', () => {
    project.run('mv', '.env', 'elsewhere');
    try {
      project.run('npm', 'run', 'test:e2e', '--', 'auth');
    } finally {
      project.run('mv', 'elsewhere', '.env');
    }
  });

  // Like npm run build, npm start compiles the project.
  it('npm start runs an application whose first user can log in', async () => {
    server = await project.start();
    expect((await fetch(server.url)).status).toBe(200);
    expect((await fetch(`${server.url}/auth/me`)).status).toBe(401);
    expect(await logIn()).toEqual(expect.any(String));
  });

  it('the command lists the handlers of the compiled project', () => {
    const list = project.run('npx', 'nestjs-jwt-extended', 'access', 'dist/app.module.js');
    expect(list).toMatch(/GET \/ \(AppController\.getHello\): none$/m);
    expect(list).toMatch(/GET \/auth\/me .*required, access token/);
  });

  it('does not start in production, because the users are in memory', () => {
    expect(() => project.run('env', 'NODE_ENV=production', 'node', 'dist/main.js')).toThrow(
      'UsersService has its users in memory',
    );
  });

  async function logIn(): Promise<string> {
    const { FIRST_USERNAME: username, FIRST_PASSWORD: password } = environment();
    const body = JSON.stringify({ username, password });
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(`${server.url}/auth`, { method: 'POST', headers, body });
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  describeInChromium('the OpenAPI page', () => {
    const browser = useChromium();

    it('logs in, authorises and calls', async () => {
      const page = await (await browser.newContext()).newPage();
      await page.goto(`${server.url}/api`);
      const operation = (path: string) => page.locator('.opblock', { has: page.locator(`[data-path="${path}"]`) });
      const call = async (path: string, body?: object) => {
        await operation(path).locator('.opblock-summary-control').click();
        await operation(path).getByRole('button', { name: 'Try it out' }).click();
        if (body !== undefined) await operation(path).locator('textarea').fill(JSON.stringify(body));
        await operation(path).getByRole('button', { name: 'Execute' }).click();
        const live = operation(path).locator('.live-responses-table .response');
        return {
          status: await live.locator('.response-col_status').innerText(),
          body: await live.locator('pre').first().innerText(),
        };
      };
      const { FIRST_USERNAME: username, FIRST_PASSWORD: password } = environment();
      const { status, body } = await call('/auth', { username, password });
      expect(status).toMatch(/^200/);
      const { access_token: token } = JSON.parse(body) as { access_token: string };

      await page.getByRole('button', { name: 'Authorize' }).first().click();
      await page.locator('.modal-ux input').fill(token);
      await page.locator('.modal-ux button.authorize').click();
      await page.locator('.modal-ux button.btn-done').click();
      const me = await call('/auth/me');
      expect(me.status).toMatch(/^200/);
      expect(JSON.parse(me.body)).toEqual({ identity: expect.any(String) });
    });
  });
}
