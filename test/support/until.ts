/** Waits until a condition is true. Fails if it stays false. */
export async function until(fact: () => unknown, within = 60_000): Promise<void> {
  const end = performance.now() + within;
  while (!(await fact())) {
    if (performance.now() > end) throw new Error(`It did not come about within ${within} ms: ${fact.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
