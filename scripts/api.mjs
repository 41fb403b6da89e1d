// Writes the report of the public surface: npm run api
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { reports } from './api/report.mjs';

const folder = new URL('../api/', import.meta.url);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const [file, text] of reports()) writeFileSync(new URL(file, folder), text);
