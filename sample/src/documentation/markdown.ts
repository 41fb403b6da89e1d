import markdownIt from 'markdown-it';

const markdown = markdownIt({ html: true });

/** Gives each heading the anchor that it has on GitHub. Removes styles, which the content security policy forbids. */
markdown.core.ruler.push('anchors', ({ tokens }) => {
  tokens.forEach((token, index) => {
    token.attrs = token.attrs?.filter(([name]) => name !== 'style') ?? null;
    if (token.type === 'heading_open') token.attrSet('id', anchorOf(tokens[index + 1]?.content ?? ''));
  });
});

// The keyboard reaches blocks and tables that are wider than the window.
markdown.renderer.rules.fence = (tokens, index) =>
  `<pre tabindex="0"><code>${markdown.utils.escapeHtml(tokens[index]?.content ?? '')}</code></pre>\n`;
markdown.renderer.rules.table_open = () => '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n';
markdown.renderer.rules.table_close = () => '</table></div>\n';

function anchorOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

/** A page with the text of a Markdown file. The files are those of the repository, so their HTML is trusted. */
export function pageOf(text: string): string {
  const title = /^# (.+)$/m.exec(text)?.[1] ?? 'Documentation';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${markdown.utils.escapeHtml(title.replaceAll('`', ''))} · nestjs-jwt-extended</title>
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page/documentation.css">
</head>
<body>
<nav aria-label="Documentation">
<a href="/">The sample</a>
<a href="/documentation/README.md">Overview</a>
<a href="/documentation/docs/questions.md">Questions</a>
<a href="/documentation/examples/README.md">Examples</a>
</nav>
<main>
${markdown.render(text)}</main>
</body>
</html>
`;
}
