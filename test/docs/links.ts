import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const withoutCode = (text: string) => text.replace(/^ *```.*?^ *```$/gms, '');

/** The anchors of a page, as GitHub and the site build them from the headings. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    let [anchor, count] = [slug, 0];
    while (anchors.has(anchor)) anchor = `${slug}-${++count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The links of a page that stay in the repository: in its text, and in the images. */
export function linksOf(text: string): string[] {
  const prose = withoutCode(text).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(<?([^)>\s]+)>?(?: "[^"]*")?\)|\b(?:src|href|srcset)="([^"]+)"/g)]
    .map(([, markdown, html]) => markdown ?? html ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The links of a page that lead nowhere. `folder` is the repository, or the unpacked package. */
export function faultsOf(page: string, folder = '.'): string[] {
  return linksOf(readFileSync(join(folder, page), 'utf8')).flatMap((target) => faultOf(page, target, folder));
}

export function faultOf(page: string, target: string, folder = '.'): string[] {
  const [path = '', anchor] = target.split('#');
  const name = path === '' ? page : join(dirname(page), path);
  const file = join(folder, name);
  if (name.startsWith('..') || !existsSync(file)) return [`${target}: no such file`];
  if (anchor === undefined) return [];
  if (statSync(file).isDirectory() || !file.endsWith('.md')) return [`${target}: only pages have anchors`];
  return anchorsOf(readFileSync(file, 'utf8')).has(anchor) ? [] : [`${target}: no such heading`];
}
