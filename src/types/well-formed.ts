/**
 * Whether a text has no half of a surrogate pair alone. UTF-8 has no such character: all of them become U+FFFD, so two different
 * texts would have the same bytes and the same hash.
 */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed();
}

/** The text as it arrives when it is sent as UTF-8. */
export function toWellFormed(text: string): string {
  return (text as string & { toWellFormed(): string }).toWellFormed();
}
