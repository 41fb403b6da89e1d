/** Runs some work without the variable `CI`, with which the library writes no files. */
export function outsideCi<T>(work: () => T): T {
  const { CI } = process.env;
  delete process.env.CI;
  try {
    return work();
  } finally {
    if (CI !== undefined) process.env.CI = CI;
  }
}
