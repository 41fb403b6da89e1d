/** Whether a value can stand as a realm in a header field: printable ASCII. Other characters have no agreed encoding there. */
export function isRealm(value: unknown): value is string {
  return typeof value === 'string' && /^[\x20-\x7e]+$/.test(value);
}
