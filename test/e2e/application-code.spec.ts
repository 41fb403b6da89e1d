import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ADAPTERS } from '../support/adapters.js';
import { NEST_MODULES } from '../support/nest-version.js';

const program = join(dirname(fileURLToPath(import.meta.url)), 'application-code/program.mjs');

type Report = Readonly<Record<string, { calls: number; statuses: Readonly<Record<string, string>> }>>;

/** Runs an application whose own code throws. A process that ends by an uncaught error makes this fail. */
async function run(adapter: string): Promise<{ report: Report; errors: string }> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, adapter, NEST_MODULES], {
    maxBuffer: 1e7,
    timeout: 110_000,
  });
  return { report: JSON.parse(stdout) as Report, errors: stderr };
}

/** The statuses of the answers while the code fails, in the order of the steps in the program. */
const CHECKS = {
  userIdentity: '500',
  additionalClaims: '500',
  additionalHeaders: '500',
  isTokenRevoked: '500 500',
  verifyToken: '500',
  userLookup: '500 500',
  allow: '500',
  'errorResponses.unauthorized': '500',
  'jwks.fetch': ' 503',
  'transports.accepts': '500 500 201',
  'store.lookUp': '503',
  'store.openSession': '503',
  'store.present': '503',
  'store.deny': '503',
};

/** Code that decides nothing: the answers are those of an application where it does not fail. */
const NOTIFIED = {
  'rotation.onReuse': '401',
  subscriber: '201 401',
  'async subscriber': '201 401',
  observer: '201',
  'subscriber of a pipe': '201',
  operator: ' 201',
  'async operator': ' 201',
  'KeyRing.onChange': ' 200',
  'async KeyRing.onChange': ' 200',
  'watch.ping': ' 200',
  'store.watch': ' 200',
  'watch.close': ' 200',
};

describe.each(ADAPTERS)('code of the application that throws, on %s', (adapter) => {
  let report: Report;
  let errors: string;
  beforeAll(async () => {
    ({ report, errors } = await run(adapter));
  });

  const statusesOf = (name: string) => [...new Set(Object.values(report[name]?.statuses ?? {}))];

  it.each(Object.entries(CHECKS))('%s does not end the process, and the answer is no access', (name, statuses) => {
    expect(statusesOf(name)).toEqual([statuses]);
    expect(report[name]?.calls).toBeGreaterThan(9);
  });

  it.each(Object.entries(NOTIFIED))('%s neither ends the process nor changes an answer', (name, statuses) => {
    expect(statusesOf(name)).toEqual([statuses]);
  });

  it('a logger neither ends the process nor changes an answer, and stderr has its messages', () => {
    expect(report.logger?.calls).toBeGreaterThan(30);
    const statuses = Object.entries(report.logger?.statuses ?? {});
    for (const [name, expected] of Object.entries({
      'rotation.onReuse': '401',
      subscriber: '201',
      'store.lookUp': '503',
    })) {
      const found = statuses.filter(([what]) => what.endsWith(`for ${name}`)).map(([, status]) => status);
      expect([...new Set(found)]).toEqual([expected]);
    }
    expect(errors).toContain('rotation.onReuse failed: Error: no');
    expect(errors).toContain('The logger of the application failed: Error: the database is down');
  });
});
