import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformFileSync } from '@swc/core';

/** The source of an application that uses the library like most applications. */
export const CONSUMER = join(import.meta.dirname, 'consumer.ts');

/** The module formats, and the file of each. */
export const FORMATS = { commonjs: 'consumer.cjs', es6: 'consumer.mjs' } as const;

/** The same source as a CommonJS and as an ES module. */
export function compileConsumer(folder: string): void {
  for (const [type, file] of Object.entries(FORMATS)) {
    const { code } = transformFileSync(CONSUMER, {
      jsc: {
        target: 'es2023',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        keepClassNames: true,
      },
      module: { type: type as keyof typeof FORMATS },
    });
    writeFileSync(join(folder, file), code);
  }
}
