/** Prints at the end the number of tests that were skipped for a missing program, and the command that installs it. */
module.exports = class SkippedReporter {
  onRunComplete(_contexts, { testResults }) {
    const counts = new Map();
    for (const { status, fullName } of testResults.flatMap(({ testResults: tests }) => tests)) {
      const cure = status === 'pending' ? /\(skipped: (.+?)\)/.exec(fullName)?.[1] : undefined;
      if (cure !== undefined) counts.set(cure, (counts.get(cure) ?? 0) + 1);
    }
    for (const [cure, count] of counts) process.stderr.write(`${count} tests skipped: ${cure}\n`);
  }
};
