import cluster from 'node:cluster';

const CURE =
  'Each process has its own MemoryRevocationStore, so a log-out in one does not reach the others. Use ' +
  'RedisRevocationStore or SqlRevocationStore.';

/** Why other processes probably serve the same application: it is a worker of a cluster, or one of several under PM2. */
export function otherProcesses(env: NodeJS.ProcessEnv = process.env, isWorker = cluster.isWorker): string | null {
  if (isWorker) return `This process is a worker of a cluster. ${CURE}`;
  // PM2 counts the instances of an application from 0.
  if (Number(env.NODE_APP_INSTANCE) > 0) return `PM2 runs several instances of this application. ${CURE}`;
  return null;
}
