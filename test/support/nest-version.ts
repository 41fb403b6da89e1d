import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as common from '@nestjs/common';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The major version of Nest in this project of Jest. Only Nest 12 has the decorator `@Cookies()`. */
export const NEST_VERSION = 'Cookies' in common ? 12 : 11;

/** The `node_modules` with that Nest, for programs in processes of their own. */
export const NEST_MODULES = join(root, NEST_VERSION === 11 ? 'artifacts/nest11/node_modules' : 'node_modules');
