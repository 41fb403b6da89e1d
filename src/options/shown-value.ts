/** How an error message shows a value. Objects and the code of functions are not shown: they may hold a key. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return `[${value.map(show).join(',')}]`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function'
    ? `the ${isClass(value) ? 'class' : 'function'} ${value.name}`.trim()
    : String(value);
}

/** Whether a function is a class, which only `new` can call. */
function isClass(value: unknown): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}
