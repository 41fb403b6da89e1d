import type { Difference } from './differences.js';

const HEAD = `# Differences from Flask-JWT-Extended

Where this library answers differently from Flask-JWT-Extended 4.7.1, on purpose. The conformance tests send both the
same requests: every step that differs has to be covered by an entry below, and every entry has to be needed. The steps
are named by group, scenario and number; their authors mark them as ones where a port should, or may, differ. Where they
do not, the entry quotes the sentence of this library's contract that asks for it.

<!-- Made from test/conformance/differences.ts by \`npm run docs:differences\`. Do not edit. -->
`;

/** `docs/differences.md`. */
export function differencesDocument(topics: Readonly<Record<string, readonly Difference[]>>): string {
  const sections = Object.entries(topics).map(([topic, rows]) => `## ${topic}\n\n${rows.map(entry).join('\n')}\n`);
  return [HEAD, ...sections].join('\n');
}

function entry({ ours, reason, where, contract, adapter }: Difference): string {
  const only = adapter === undefined ? '' : ` (${adapter === 'express' ? 'Express' : 'Fastify'} only)`;
  const quoted = contract === undefined ? [] : [`Contract: “${contract}”`];
  const seen = `Seen in ${where.map((selector) => `\`${selector}\``).join(', ')}.`;
  return [`- **${ours}**${only}`, reason, ...quoted, seen].join('\n  ');
}
