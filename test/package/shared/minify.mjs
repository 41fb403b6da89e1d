import { build } from 'esbuild';

// Packages that Nest loads only if an application has them.
const optional = ['@nestjs/websockets', '@nestjs/microservices', 'class-transformer', 'class-validator'];

await build({
  entryPoints: ['minified.mjs'],
  outfile: 'minified/minified.mjs',
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  external: optional.flatMap((name) => [name, `${name}/*`]),
  banner: {
    js: `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`,
  },
});
await import('./minified/minified.mjs');
