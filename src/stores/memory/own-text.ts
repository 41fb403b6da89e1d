/** A text as a string of its own. A text that was cut from a longer one would hold all of that one in memory. */
export function ownText<Text extends string | null>(text: Text): Text {
  return JSON.parse(JSON.stringify(text)) as Text;
}
