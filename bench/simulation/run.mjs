// npm run simulation [-- --seed N, --users N, --write-docs]
import { parseArgs } from 'node:util';
import { writeSection } from '../report/sections.mjs';
import { simulate } from './simulate.mjs';
import { toTable } from './table.mjs';
import { TOPOLOGIES } from './topologies.mjs';
import { virtualTime } from './virtual-time.mjs';

const PAGE = new URL('../../docs/operations/scaling.md', import.meta.url);

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    users: { type: 'string', default: '40' },
    'write-docs': { type: 'boolean', default: false },
  },
});

const time = virtualTime();
const results = [];
for (const topology of TOPOLOGIES) {
  results.push(await time.run(simulate(topology, { seed: Number(values.seed), users: Number(values.users), time })));
}
time.uninstall();
const table = toTable(results);
console.log(table);
if (values['write-docs']) await writeSection(PAGE, 'simulation', table);
