import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The groups, in the order of their runs. */
export const GROUPS = [
  'codec',
  'guard',
  'transports',
  'http',
  'stores',
  'revoked-ids',
  'cached-tokens',
  'start-up',
  'size',
  'scale',
  'rotations',
  'push',
];

/** The groups that run in every requested version of Node. The other groups run only in the current version. */
const EVERY_NODE = ['codec', 'guard'];

const WORKER = fileURLToPath(new URL('../worker.mjs', import.meta.url));

/** Runs a group, and yields its tables for each version of Node. `options` are `effort`, `rows` and `only`. */
export async function* runGroup(group, options, nodes) {
  for (const execPath of EVERY_NODE.includes(group) ? nodes : nodes.slice(0, 1)) {
    const { node, tables } = await runInWorker(group, options, execPath);
    yield { group, node, tables };
  }
}

async function runInWorker(group, options, execPath) {
  const worker = fork(WORKER, { execPath, execArgv: ['--expose-gc'] });
  worker.send({ group, options });
  const answer = await Promise.race([once(worker, 'message'), once(worker, 'exit')]);
  const { node, tables, error } = typeof answer[0] === 'object' ? (answer[0] ?? {}) : {};
  if (tables === undefined)
    throw new Error(`The group "${group}" failed in ${execPath}: ${error ?? 'the worker crashed.'}`);
  return { node, tables };
}
