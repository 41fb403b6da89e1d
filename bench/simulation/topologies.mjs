// The deployments that docs/operations/scaling.md compares.

/** One way between two regions, in milliseconds. */
export const BETWEEN = { 'eu us': 40, 'eu asia': 80, 'us asia': 75 };

/** One way within a region, in milliseconds. The virtual clock counts whole milliseconds, so this is more than usual. */
export const WITHIN = 1;

/** How far a replica of the database is behind, in milliseconds. */
export const LAG = 500;

const REGIONS = ['eu', 'us', 'asia'];
const one = (count) => Array.from({ length: count }, () => 'eu');
const three = REGIONS.flatMap((region) => [region, region]);

/** `local` is the option `revocation.local`. `replicas`: look-ups read a replica in their own region. The store is in `eu`. */
export const TOPOLOGIES = [
  { name: 'one process, in memory', processes: one(1), inMemory: true },
  { name: 'one region, a look-up per request', processes: one(4) },
  { name: 'one region, `staleness: 5s`', processes: one(4), local: { staleness: '5s' } },
  { name: 'one region, `staleness: 5s`, `push`', processes: one(4), local: { staleness: '5s', push: true } },
  { name: 'three regions, a look-up per request', processes: three },
  { name: 'three regions, `staleness: 5s`', processes: three, local: { staleness: '5s' } },
  { name: 'three regions, `staleness: 5s`, `push`', processes: three, local: { staleness: '5s', push: true } },
  { name: 'three regions, look-ups on replicas', processes: three, replicas: true },
];
