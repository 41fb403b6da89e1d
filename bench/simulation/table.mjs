// The results as a table of Markdown.
const median = (values) => [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
const ms = (value) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const life = (lives) => (lives.length === 0 ? '' : `${ms(median(lives))} / ${ms(Math.max(...lives))}`);

const COLUMNS = [
  'deployment',
  'accepted in eu (ms)',
  'in us (ms)',
  'in asia (ms)',
  'wait per request (ms)',
  'round trips per request',
  'messages per log-out',
];

export function toTable(results) {
  const rows = results.map(({ topology, measured, roundTrips, messages }) => {
    const of = (region) => measured.filter((process) => process.region === region);
    const lives = (region) => life(of(region).flatMap((process) => process.lives));
    const waits = measured.flatMap((process) => process.waits);
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
    return [
      topology.name,
      lives('eu'),
      lives('us'),
      lives('asia'),
      ms(mean),
      roundTrips.toFixed(2),
      messages.toFixed(1),
    ];
  });
  const lines = [COLUMNS, COLUMNS.map((_, index) => (index === 0 ? '---' : '---:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
