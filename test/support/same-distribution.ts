/**
 * The statistic of Kolmogorov and Smirnov for two samples: the largest distance between their distributions, from 0 (equal) to 1
 * (no overlap).
 */
export function distanceOf(left: readonly number[], right: readonly number[]): number {
  const [first, second] = [sorted(left), sorted(right)];
  const values = sorted([...first, ...second]);
  let largest = 0;
  let [below, belowOther] = [0, 0];
  for (const value of values) {
    while ((first[below] ?? Infinity) <= value) below++;
    while ((second[belowOther] ?? Infinity) <= value) belowOther++;
    largest = Math.max(largest, Math.abs(below / first.length - belowOther / second.length));
  }
  return largest;
}

/** The distance that two samples of one distribution exceed with this probability. */
export function criticalDistance(left: number, right: number, probability: number): number {
  return Math.sqrt((-Math.log(probability / 2) / 2) * ((left + right) / (left * right)));
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((one, other) => one - other);
}
