/** Bytes in use after garbage collection. Needs `node --expose-gc`. */
export function bytesInUse() {
  // V8 frees the memory of typed arrays one collection later.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
