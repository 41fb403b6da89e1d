// The parts of pages that a program writes: between `<!-- NAME:begin -->` and `<!-- NAME:end -->`.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { toTable } from './document.mjs';
import { mergeNodes } from './merged-tables.mjs';

const SCALING = new URL('../../docs/operations/scaling.md', import.meta.url);

/** The groups with a part of docs/operations/scaling.md. The other groups are in docs/operations/benchmarks.md. */
const GROUPS = ['scale', 'rotations', 'push'];

export function isSection({ group }) {
  return GROUPS.includes(group);
}

/** Writes the part of each group that was measured. */
export async function writeSections({ machine, results }) {
  for (const result of results.filter(isSection)) {
    const { date, processor, memory, commit, node, effort } = machine;
    const size = effort === 'full' ? '' : ` This was a run with \`--${effort}\`.`;
    const where = `Measured ${date} at ${commit}: ${processor}, ${memory}, Node ${node}.${size}`;
    const command = `\`npm run bench -- ${result.group}\` repeats it.`;
    const tables = mergeNodes([result]).map((table) => `**${table.title}**\n\n${toTable(table)}`);
    await writeSection(SCALING, result.group, [`${where} ${command}`, ...tables].join('\n\n'));
  }
}

/** Replaces a part of a page. */
export async function writeSection(page, name, text) {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const written = readFileSync(page, 'utf8');
  const [start, stop] = [written.indexOf(begin), written.indexOf(end)];
  if (start === -1 || stop === -1) throw new Error(`The page ${fileURLToPath(page)} has no part "${name}".`);
  const replaced = `${written.slice(0, start)}${begin}\n\n${text}\n\n${written.slice(stop)}`;
  const settings = await resolveConfig(fileURLToPath(page));
  writeFileSync(page, await format(replaced, { ...settings, parser: 'markdown' }));
}
