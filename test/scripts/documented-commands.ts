import { readFileSync } from 'node:fs';

/** Every script of package.json, as a command. */
export function scriptCommands(): string[] {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  return Object.keys(scripts).map(commandOf);
}

/** Every command of CONTRIBUTING.md: in its shell blocks, their comments, and its code spans. */
export function contributingCommands(): string[] {
  const text = readFileSync('CONTRIBUTING.md', 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code = '']) => code);
  const spans = [...text.replace(/^```.*?^```$/gms, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  const pieces = [...blocks, ...spans].flatMap((code) => code.split(/\n|&&|#|;/));
  return [...new Set(pieces.flatMap((piece) => /(?<![\w-])(?:npm|npx|node|bash) .*/.exec(piece)?.[0].trim() ?? []))];
}

/** Every script that a page names, as a command. */
export function scriptsNamedIn(page: string): string[] {
  const named = readFileSync(page, 'utf8').matchAll(/\bnpm run ([\w:-]+)/g);
  return [...new Set(Array.from(named, ([, name = '']) => commandOf(name)))];
}

function commandOf(script: string): string {
  return ['start', 'test'].includes(script) ? `npm ${script}` : `npm run ${script}`;
}
