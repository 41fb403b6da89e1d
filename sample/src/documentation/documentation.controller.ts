import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Controller, Get, NotFoundException, Param, Redirect, Res } from '@nestjs/common';
import type { Response } from 'express';
import { REPOSITORY } from '../page.js';
import { pageOf } from './markdown.js';

/** The pages, and the files to which they link. */
const SHOWN = /^(LICENSE|[A-Z]+\.md|docs\/[\w./-]+\.(md|svg)|examples\/[\w./-]+\.(md|ts)|test\/[\w./-]+\.ts)$/;

/** Shows the Markdown of the repository as pages. Their links lead to each other, because the paths are the same. */
@Controller('documentation')
export class DocumentationController {
  @Redirect()
  @Get()
  start() {
    return { url: '/documentation/README.md' };
  }

  @Get('*path')
  async read(@Param('path') path: string[], @Res() response: Response) {
    const name = path.join('/');
    if (!SHOWN.test(name) || path.includes('..')) throw new NotFoundException();
    const text = await readFile(join(REPOSITORY, name), 'utf8').catch(() => null);
    if (text === null) throw new NotFoundException();
    if (name.endsWith('.md')) response.type('html').send(pageOf(text));
    else response.type(name.endsWith('.svg') ? 'svg' : 'text').send(text);
  }
}
