/** The median of some samples with their range; numbers that no clock could tell apart are rounded away. */
export function summary(samples, unit) {
  const sorted = [...samples].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median: significant(median), low: significant(sorted[0]), high: significant(sorted.at(-1)), unit };
}

/** One number that was counted, not sampled. */
export function counted(value, unit) {
  return { median: significant(value), unit };
}

/** What cannot be measured here, and why. */
export function skipped(reason) {
  return { skipped: reason };
}

function significant(value) {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : null;
}
