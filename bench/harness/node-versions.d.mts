/** The path of a Node: as it was given, or of a version such as `22`, which is then installed as a package. */
export function nodeExecutable(given: string): string;
