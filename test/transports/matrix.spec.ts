import { readFileSync, writeFileSync } from 'node:fs';
import { describeNineFacts } from '../support/transport-drivers/nine-facts.js';
import { DRIVERS } from '../support/transport-drivers/index.js';
import { transportsDocument } from '../support/transport-drivers/transports-document.js';

const DOCUMENT = new URL('../../docs/reference/transports.md', import.meta.url);

for (const driver of DRIVERS) describeNineFacts(driver);

// `npm run docs:transports` writes the document.
it('equals docs/reference/transports.md', async () => {
  const written = await transportsDocument(DRIVERS);
  if (process.env.WRITE_DOCS === 'true') writeFileSync(DOCUMENT, written);
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(written);
});
