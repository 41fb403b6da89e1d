import { formatCell } from './cells.mjs';

/** The tables of a group as text for a terminal. */
export function toText({ node, tables }) {
  return tables.map((table) => tableText(node, table)).join('\n');
}

function tableText(node, { title, columns, rows, notes = [] }) {
  const lines = [
    ['', ...columns],
    ...rows.map(({ name, cells }) => [name, ...columns.map((column) => formatCell(cells[column]))]),
  ];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const body = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
  return [`\n== ${title}, Node ${node}`, ...body, ...notes.map((note) => `  ${note}`)].join('\n');
}
