/** A fault in a JSON text, as Python's `json` reports it. */
export class PythonJsonError extends Error {
  constructor(problem: string, text: readonly string[], position: number) {
    const before = text.slice(0, position);
    const line = before.filter((character) => character === '\n').length + 1;
    super(`${problem}: line ${line} column ${position - before.lastIndexOf('\n')} (char ${position})`);
  }
}

/**
 * The fault for which Python's `json.loads()` refuses a text, with its position in characters; `null` without one. It quotes
 * nothing of the text. Python also accepts `NaN` and `Infinity`.
 */
export function pythonJsonFault(text: string): string | null {
  try {
    new Scanner([...text]).scan();
    return null;
  } catch (error) {
    if (error instanceof PythonJsonError) return error.message;
    throw error;
  }
}

const CONSTANTS = ['null', 'true', 'false', 'NaN', 'Infinity', '-Infinity'];
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/;
const HEX = /^[0-9a-fA-F]{4}$/;

/** Levels that are followed. Tokens with deeper JSON are refused before. */
const DEEPEST = 200;

class Scanner {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: readonly string[]) {}

  scan(): void {
    if (this.text[0] === '\ufeff') this.fail('Unexpected UTF-8 BOM (decode using utf-8-sig)', 0);
    this.skipBlanks();
    this.value();
    this.skipBlanks();
    if (this.at < this.text.length) this.fail('Extra data');
  }

  private fail(problem: string, position = this.at): never {
    throw new PythonJsonError(problem, this.text, position);
  }

  private skipBlanks(): void {
    while ([' ', '\t', '\n', '\r'].includes(this.text[this.at] ?? '')) this.at++;
  }

  private accept(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private value(): void {
    if (this.depth > DEEPEST) this.fail('Nested too deeply');
    if (this.accept('"')) return this.string();
    if (this.accept('{')) return this.container('}', () => this.member());
    if (this.accept('[')) return this.container(']', () => this.value());
    const rest = this.text.slice(this.at, this.at + 400).join('');
    const found = CONSTANTS.find((constant) => rest.startsWith(constant)) ?? NUMBER.exec(rest)?.[0];
    if (found === undefined) this.fail('Expecting value');
    this.at += found.length;
  }

  private container(end: string, item: () => void): void {
    this.depth++;
    this.skipBlanks();
    if (!this.accept(end)) {
      for (;;) {
        item();
        this.skipBlanks();
        if (this.accept(end)) break;
        if (!this.accept(',')) this.fail("Expecting ',' delimiter");
        this.skipBlanks();
      }
    }
    this.depth--;
  }

  private member(): void {
    if (!this.accept('"')) this.fail('Expecting property name enclosed in double quotes');
    this.string();
    this.skipBlanks();
    if (!this.accept(':')) this.fail("Expecting ':' delimiter");
    this.skipBlanks();
    this.value();
  }

  private string(): void {
    const start = this.at - 1;
    for (;;) {
      const character = this.text[this.at++];
      if (character === undefined) this.fail('Unterminated string starting at', start);
      if (character === '"') return;
      if (character < ' ') this.fail('Invalid control character at', this.at - 1);
      if (character === '\\') this.escape(start);
    }
  }

  private escape(start: number): void {
    const letter = this.text[this.at++];
    if (letter === undefined) this.fail('Unterminated string starting at', start);
    if (letter !== 'u') {
      if (!'"\\/bfnrt'.includes(letter)) this.fail('Invalid \\escape', this.at - 2);
      return;
    }
    const digits = this.text.slice(this.at, this.at + 4).join('');
    if (this.at + 4 >= this.text.length || !HEX.test(digits)) this.fail('Invalid \\uXXXX escape', this.at - 1);
    this.at += 4;
  }
}
