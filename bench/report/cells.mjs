/** A figure and its range as text: `1.23 (1.2-1.31)`. */
export function formatCell(cell) {
  if (cell === undefined) return '';
  if (cell.skipped) return `- (${cell.skipped})`;
  const { median, low, high, unit } = cell;
  const suffix = unit === 'x' ? '' : ` ${unit}`;
  if (low === undefined || low === high) return `${shown(median)}${suffix}`;
  return `${shown(median)}${suffix} (${shown(low)}-${shown(high)})`;
}

function shown(value) {
  if (value === null) return '?';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(Math.abs(value) < 1 ? 2 : 3)));
}
