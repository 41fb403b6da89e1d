// Prints the problems of a store: in a worker of a cluster with IN_CLUSTER, else in this process.
import cluster from 'node:cluster';
import { loadSource } from '../../support/load-source.mjs';

if (process.env.IN_CLUSTER && cluster.isPrimary) {
  cluster.fork().on('exit', (code) => process.exit(code));
} else {
  const { MemoryRevocationStore } = await loadSource('stores/memory/memory-revocation.store.ts');
  console.log(JSON.stringify(new MemoryRevocationStore().describeProblems()));
  process.exit(0);
}
