/** Whether a string contains a character. `indexOf()` is several times faster than `includes()`: V8 optimises only the former. */
export function hasCharacter(text: string, character: string, from = 0): boolean {
  const at = text.indexOf(character, from);
  return at >= 0;
}
