import type { Difference } from './differences.js';

const HEAD = `# Differences from Flask-JWT-Extended

This page lists the deliberate differences from Flask-JWT-Extended 4.7.1. The conformance tests send the same requests to both
libraries. The tests fail if a step differs without an entry below, or if an entry covers no such step. An entry names its steps
by group, scenario and number. The authors of the scenarios marked the steps where a port should or may differ. For other steps,
the entry quotes the rule of this library's contract.

<!-- Generated from test/conformance/differences.ts by \`npm run docs:differences\`. Do not edit. -->
`;

/** `docs/reference/differences.md`. */
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
