/** Bytes in use after all garbage was collected; needs `node --expose-gc`. */
export function bytesInUse() {
  // Typed arrays are given back a turn after they were collected.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
