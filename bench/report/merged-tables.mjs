/** Merges tables with the same title from several versions of Node. Each version has its ratio; the other columns are from the first. */
export function mergeNodes(results) {
  const merged = new Map();
  for (const { group, node, tables } of results) {
    for (const table of tables) {
      const key = `${group}: ${table.title}`;
      const entry = merged.get(key) ?? { group, title: table.title, byNode: [] };
      merged.set(key, entry);
      entry.byNode.push({ node, table });
    }
  }
  return [...merged.values()].map(toTable);
}

function toTable({ group, title, byNode }) {
  const [{ table: first }] = byNode;
  const [ratio, ...others] = first.columns;
  const rest = others.map((column) => ({ heading: column, cellOf: (name) => cellOf(first, name, column) }));
  const perNode = byNode.map(({ node, table }) => ({
    heading: byNode.length > 1 ? `${ratio}, Node ${majorOf(node)}` : ratio,
    cellOf: (name) => cellOf(table, name, ratio),
  }));
  const columns = [...perNode, ...rest];
  const rows = first.rows.map(({ name }) => ({ name, cells: columns.map(({ cellOf: cell }) => cell(name)) }));
  return { group, title, headings: columns.map(({ heading }) => heading), rows, notes: first.notes ?? [] };
}

function cellOf(table, name, column) {
  return table.rows.find((row) => row.name === name)?.cells[column];
}

function majorOf(version) {
  return /^v(\d+)/.exec(version)[1];
}
