import type { OpenAPIObject } from '@nestjs/swagger';
import { AppModule } from '../../sample/src/app.module.js';
import { openApiOf } from '../../sample/src/openapi.js';
import { startApp, type RunningApp } from '../support/adapters.js';
import { send, type Answer } from '../support/http-client.js';
import { SampleClient } from './client.js';

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly security: Record<string, string[]>[];
}

type Schemes = Readonly<Record<string, { readonly type: string; readonly in?: string; readonly name?: string }>>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

let app: RunningApp;
let document: OpenAPIObject;

beforeAll(async () => {
  app = await startApp('express', { imports: [AppModule] });
  document = openApiOf(app.app);
});

afterAll(() => app.close());

function operations(): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, operation]) => {
      if (!METHODS.includes(method)) return [];
      const { security } = operation as { security: Operation['security'] };
      return [{ name: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path, security }];
    }),
  );
}

/** The tokens of a new log-in, which another operation may have ended. */
async function logIn(): Promise<Record<string, string>> {
  const sample = new SampleClient(app.url);
  const { access_token: access, refresh_token: refresh } = await sample.pairOf('alice');
  const csrf = (token: string) => {
    const payload = Buffer.from(token.split('.')[1] as string, 'base64url').toString();
    return (JSON.parse(payload) as { csrf: string }).csrf;
  };
  return { access, refresh, csrf: csrf(access), 'csrf-refresh': csrf(refresh) };
}

/** The headers that the schemes of one alternative ask for. */
async function headersFor(alternative: Record<string, string[]>): Promise<Record<string, string>> {
  const tokens = await logIn();
  const schemes = (document.components?.securitySchemes ?? {}) as Schemes;
  const fields = Object.keys(alternative).map((id): [string, string] => {
    const scheme = schemes[id];
    const kind = id.endsWith('refresh') ? 'refresh' : 'access';
    if (scheme?.type === 'http') return ['authorization', `Bearer ${tokens[kind]}`];
    if (scheme?.in === 'cookie') return ['cookie', `${scheme.name}=${tokens[kind]}`];
    if (scheme?.in === 'header')
      return [scheme.name ?? '', tokens[kind === 'refresh' ? 'csrf-refresh' : 'csrf'] as string];
    throw new Error(`${id} is not a scheme of the document`);
  });
  return Object.fromEntries(fields);
}

const call = ({ method, path }: Operation, headers: Record<string, string> = {}): Promise<Answer> =>
  send(method, `${app.url}${path.replace(/\{\w+\}/g, 'none')}`, {
    headers: Object.entries(headers),
    isEndless: true,
  });

/** The guard's own words. A handler can refuse a request with 401 too, such as a log-in. */
const isRefusedByGuard = ({ status, body }: Answer): boolean =>
  [401, 403, 422].includes(status) && /JWT|token|CSRF|scope|Authorization/i.test((body as { msg?: string }).msg ?? '');

it('describes each operation of the sample', () => {
  expect(operations().length).toBeGreaterThan(15);
  expect(operations().filter(({ security }) => security === undefined)).toEqual([]);
});

it('marks exactly the operations that refuse a request without a token', async () => {
  const refused = await Promise.all(
    operations().map(async (operation) => [operation.name, isRefusedByGuard(await call(operation))]),
  );
  const marked = operations().map(({ name, security }) => {
    const isOpen = security.length === 0 || security.some((each) => Object.keys(each).length === 0);
    return [name, !isOpen];
  });
  expect(refused).toEqual(marked);
  expect(marked.filter(([, isMarked]) => isMarked).length).toBeGreaterThan(8);
});

it('names tokens with which each marked operation lets the caller in', async () => {
  const answers: [string, boolean][] = [];
  for (const operation of operations()) {
    for (const alternative of operation.security) {
      const headers = await headersFor(alternative);
      const answer = await call(operation, headers);
      answers.push([`${operation.name} ${Object.keys(alternative).join()}`, isRefusedByGuard(answer)]);
    }
  }
  expect(answers.filter(([, isRefused]) => isRefused)).toEqual([]);
  expect(answers.length).toBeGreaterThan(12);
});
