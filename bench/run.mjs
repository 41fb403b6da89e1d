// npm run bench [-- GROUP… --quick | --smoke, --rows N, --only STORE, --node PATH | --node VERSION …, --json FILE, --write-docs]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { GROUPS, runGroup } from './harness/group-run.mjs';
import { describeMachine } from './harness/machine.mjs';
import { nodeExecutable } from './harness/node-versions.mjs';
import { toAppendix, toDocument } from './report/document.mjs';
import { toPlot } from './report/plot.mjs';
import { isSection, writeSections } from './report/sections.mjs';
import { toText } from './report/terminal.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    rows: { type: 'string' },
    only: { type: 'string' },
    node: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
    'write-docs': { type: 'boolean', default: false },
  },
});
const unknown = positionals.find((name) => !GROUPS.includes(name));
if (unknown !== undefined) throw new Error(`The group "${unknown}" does not exist. Known: ${GROUPS.join(', ')}.`);

const effort = values.smoke ? 'smoke' : values.quick ? 'quick' : 'full';
const rows = values.rows === undefined ? undefined : Number(values.rows);
const nodes = [process.execPath, ...values.node.map(nodeExecutable)];
const machine = { ...describeMachine(), effort };
const results = [];
for (const group of positionals.length > 0 ? positionals : GROUPS) {
  for await (const result of runGroup(group, { effort, rows, only: values.only }, nodes)) {
    results.push(result);
    console.log(toText(result));
  }
}

const report = { machine, results };
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
if (values['write-docs']) await writeDocs();

async function writeDocs() {
  await writeSections(report);
  const ofPage = { machine, results: results.filter((result) => !isSection(result)) };
  if (ofPage.results.length === 0) return;
  writeFileSync(new URL('../docs/operations/benchmarks.svg', import.meta.url), toPlot(ofPage));
  writeFileSync(new URL('../docs/operations/benchmarks.md', import.meta.url), await toDocument(ofPage));
  writeFileSync(new URL('../docs/operations/benchmarks-appendix.md', import.meta.url), await toAppendix(ofPage));
}
