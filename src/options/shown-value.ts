/** How an error message shows a value. Objects are not shown: they may hold a key. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? JSON.stringify(value) : 'an object';
  return String(value);
}
