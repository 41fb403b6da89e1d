import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What can be measured, in this order. */
export const GROUPS = ['codec', 'guard', 'http', 'stores', 'revoked-ids', 'cached-tokens', 'start-up', 'size'];

/** Groups that are measured in every Node that was asked for; the others in the one that runs this. */
const EVERY_NODE = ['codec', 'guard'];

const WORKER = fileURLToPath(new URL('../worker.mjs', import.meta.url));

/** The tables of a group, per Node. */
export async function* runGroup(group, effort, nodes) {
  for (const execPath of EVERY_NODE.includes(group) ? nodes : nodes.slice(0, 1)) {
    const { node, tables } = await runInWorker(group, effort, execPath);
    yield { group, node, tables };
  }
}

async function runInWorker(group, effort, execPath) {
  const worker = fork(WORKER, { execPath, execArgv: ['--expose-gc'] });
  worker.send({ group, effort });
  const answer = await Promise.race([once(worker, 'message'), once(worker, 'exit')]);
  const { node, tables, error } = typeof answer[0] === 'object' ? (answer[0] ?? {}) : {};
  if (tables === undefined)
    throw new Error(`The group "${group}" failed in ${execPath}: ${error ?? 'it has crashed.'}`);
  return { node, tables };
}
