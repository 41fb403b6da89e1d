const MAPS = 256;

/** How many characters of a subject choose its Map. A hash in base64url differs in its last characters as in all. */
const CHOOSING_CHARACTERS = 4;

/**
 * A value for each subject. It is spread over 256 Maps, since a Map that grows moves all its entries in one call: with a
 * million of them in one Map that call took 130 ms.
 */
export class SubjectMap<Value> {
  private readonly maps = Array.from({ length: MAPS }, () => new Map<string, Value>());

  get(subject: string): Value | undefined {
    return this.mapOf(subject).get(subject);
  }

  set(subject: string, value: Value): void {
    this.mapOf(subject).set(subject, value);
  }

  delete(subject: string): void {
    this.mapOf(subject).delete(subject);
  }

  /** All entries, with `null` after each Map. Entries may come and go while the caller iterates. */
  *entries(): Generator<[subject: string, value: Value] | null, undefined> {
    for (const map of this.maps) {
      yield* map;
      yield null;
    }
  }

  private mapOf(subject: string): Map<string, Value> {
    let sum = 0;
    for (let index = Math.max(0, subject.length - CHOOSING_CHARACTERS); index < subject.length; index++) {
      sum = sum * 31 + subject.charCodeAt(index);
    }
    return this.maps[sum % MAPS] as Map<string, Value>;
  }
}
