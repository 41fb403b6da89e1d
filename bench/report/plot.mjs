// Draws the bars and their ranges as SVG, in two panels.
const WIDTH = 1300;
const PANEL = 650;
const LABELS = 335;
const ROW = 26;
const TOP = 76;

const PANELS = [
  {
    table: 'guard alone, HS256',
    column: 'units',
    heading: 'Guard alone, HS256: bare checks (log scale, less is better)',
    isLog: true,
  },
  {
    table: 'HTTP, fastify, HS256, 10,000 tokens in turn',
    column: 'share of open, CPU',
    heading: 'Fastify, HS256, 10,000 tokens: share of an open route',
    isLog: false,
  },
];

/** The plot of a report. It has only the panels of measured groups. */
export function toPlot({ machine, results }) {
  const tables = results.flatMap(({ node, tables: own }) => own.map((table) => ({ ...table, node })));
  const panels = PANELS.flatMap((panel) => {
    const table = tables.find(({ title }) => title === panel.table);
    return table === undefined ? [] : [{ ...panel, bars: barsOf(table, panel.column), node: table.node }];
  });
  const height = TOP + Math.max(0, ...panels.map(({ bars }) => bars.length)) * ROW + 40;
  const body = panels.map((panel, index) => panelSvg(panel, index * PANEL)).join('');
  const caption = `${machine.processor}; Node ${machine.node}; ${machine.date}; medians with ranges, by CPU time`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13">
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
${body}<text x="16" y="${height - 12}" fill="#57606a" font-size="11">${escape(caption)}</text>
</svg>
`;
}

function barsOf({ rows }, column) {
  return rows.flatMap(({ name, cells }) => {
    const cell = cells[column];
    return cell?.median > 0 && !name.startsWith("Nest's own") ? [{ name, ...cell }] : [];
  });
}

function panelSvg({ heading, bars, isLog }, left) {
  const x = scaleOf(bars, isLog);
  const from = left + LABELS;
  const ticks = x.ticks.map((tick) => {
    const at = from + x.position(tick);
    return `<line x1="${at}" x2="${at}" y1="${TOP - 12}" y2="${TOP + bars.length * ROW}" stroke="#d0d7de"/><text x="${at}" y="${TOP - 18}" text-anchor="middle" fill="#57606a" font-size="11">${tick}</text>\n`;
  });
  const rows = bars.map((bar, index) => barSvg(bar, x, left, TOP + index * ROW));
  return `<text x="${left + 16}" y="28" font-weight="600" fill="#1f2328">${escape(heading)}</text>\n${ticks.join('')}${rows.join('')}`;
}

function barSvg({ name, median, low, high }, x, left, y) {
  const from = left + LABELS;
  const end = from + x.position(median);
  const color = name.startsWith('nestjs-jwt-extended') ? '#0969da' : '#8c959f';
  const middle = y + ROW / 2;
  const whisker = `<line x1="${from + x.position(low)}" x2="${from + x.position(high)}" y1="${middle}" y2="${middle}" stroke="#1f2328"/>`;
  return `<text x="${from - 8}" y="${middle + 4}" text-anchor="end" fill="#1f2328" font-size="12">${escape(name)}</text>
<rect x="${from}" y="${y + 4}" width="${Math.max(1, end - from)}" height="${ROW - 8}" fill="${color}"/>${whisker}
<text x="${from + x.position(high) + 6}" y="${middle + 4}" fill="#1f2328" font-size="12">${Number(median.toPrecision(2))}</text>
`;
}

/** Converts numbers to pixels. */
function scaleOf(bars, isLog) {
  const room = PANEL - LABELS - 60;
  if (!isLog) {
    const most = Math.max(1, ...bars.map(({ high }) => high));
    return { ticks: [0, 0.25, 0.5, 0.75, 1], position: (value) => round((Math.max(0, value) / most) * room) };
  }
  const least = 10 ** Math.floor(Math.log10(Math.min(...bars.map(({ low }) => Math.max(low, 0.001)))));
  const most = Math.max(10, ...bars.map(({ high }) => high));
  const span = Math.log10(most / least);
  const ticks = [0.001, 0.01, 0.1, 1, 10, 100].filter((tick) => tick >= least && tick <= most);
  return { ticks, position: (value) => round((Math.log10(Math.max(value, least) / least) / span) * room) };
}

function round(value) {
  return Math.round(value * 10) / 10;
}

function escape(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}
