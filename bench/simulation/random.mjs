// Random numbers that a seed repeats: a linear congruential generator modulo 2^32 (constants of Numerical Recipes).
export function random(seed) {
  let state = seed >>> 0;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return {
    next,
    /** A number between `value` less and plus a share of it. */
    around: (value, share = 0.2) => value * (1 - share + 2 * share * next()),
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}
