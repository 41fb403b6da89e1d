import { inspect } from 'node:util';
import { OTHER_SECRET, SECRET } from './forge.js';

/** Three segments of base64url, of which the first is a JSON object: a JWT or JWS. */
const TOKEN = /\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]{5,}/g;

/** What a spec file has printed or logged and must not: tokens, and the secrets that sign them. It stores only their beginnings. */
export class Leaks {
  private found = new Set<string>();

  record(values: readonly unknown[]): void {
    for (const leak of values.flatMap((value) => leaksIn(textOf(value)))) this.found.add(leak);
  }

  /** The leaks since the last call. */
  take(): string[] {
    const taken = [...this.found];
    this.found = new Set();
    return taken;
  }
}

/** The tokens and secrets in a text, shortened, so that the report does not print them either. */
export function leaksIn(text: string): string[] {
  const secrets = [SECRET, OTHER_SECRET].filter((secret) => text.includes(secret));
  const tokens = text.includes('eyJ') ? (text.match(TOKEN) ?? []) : [];
  return [...tokens, ...secrets].map((leak) => `${leak.slice(0, 12)}…`);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : inspect(value, { depth: 5 });
}

/** The record of this spec file, which `record-leaks.ts` fills. */
export const leaks = new Leaks();
