// An application can load both copies of the package: an ESM application with a CommonJS library does. Nest injects by
// class, so both copies must have the same classes. Each chunk therefore exports what the first copy of the same build
// exported. The table stands on `globalThis`, and has an entry for each copy of Nest, because our classes extend its classes.
const TABLE = Symbol.for('nestjs-jwt-extended.copies');

/**
 * What the first copy of a chunk exported.
 * @param {string} chunk the chunk and its build
 * @param {unknown[]} own what this copy exports
 * @param {object} nest a class of the Nest that this copy has loaded
 */
export function firstCopy(chunk, own, nest = globalThis) {
  const copies = (globalThis[TABLE] ??= new WeakMap());
  const chunks = copies.get(nest) ?? new Map();
  copies.set(nest, chunks);
  if (!chunks.has(chunk)) chunks.set(chunk, own);
  return chunks.get(chunk);
}
