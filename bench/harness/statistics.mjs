/** The median and the range of some samples, rounded to four digits. */
export function summary(samples, unit) {
  const sorted = [...samples].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median: significant(median), low: significant(sorted[0]), high: significant(sorted.at(-1)), unit };
}

/** A single number without a range. */
export function counted(value, unit) {
  return { median: significant(value), unit };
}

/** A measurement that was skipped, and the reason. */
export function skipped(reason) {
  return { skipped: reason };
}

function significant(value) {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : null;
}
