// Makes one file of application.mjs: node bundle.mjs esbuild|webpack FILE
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';

const [bundler, file] = process.argv.slice(2);
const require = createRequire(`${process.cwd()}/package.json`);
const entry = `${process.cwd()}/application.mjs`;

/** Packages that Nest loads only if an application has them. */
const optional = ['@nestjs/websockets', '@nestjs/microservices', 'class-transformer', 'class-validator'];

const bundlers = {
  esbuild: () =>
    require('esbuild').build({
      entryPoints: [entry],
      outfile: file,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
      external: optional.flatMap((name) => [name, `${name}/*`]),
      banner: {
        js: `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`,
      },
    }),
  webpack: () =>
    new Promise((resolve, reject) => {
      const options = {
        entry,
        mode: 'production',
        target: 'node20',
        experiments: { outputModule: true },
        output: { path: dirname(file), filename: basename(file), module: true, chunkFormat: 'module' },
        // Also the dynamic imports, so that there is one file.
        module: { parser: { javascript: { dynamicImportMode: 'eager' } } },
        externalsType: 'node-commonjs',
        externals: ({ request }, callback) =>
          optional.some((name) => request === name || request.startsWith(`${name}/`))
            ? callback(null, `node-commonjs ${request}`)
            : callback(),
        // Nest has require() calls with a variable.
        ignoreWarnings: [() => true],
      };
      require('webpack')(options, (error, stats) => {
        const errors = error ?? (stats.hasErrors() ? new Error(stats.toString('errors-only')) : null);
        if (errors) reject(errors);
        else resolve();
      });
    }),
};

await bundlers[bundler]();
