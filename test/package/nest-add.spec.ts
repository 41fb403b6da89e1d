import { describeNestAdd } from './describe-nest-add.js';

// The claims of docs/guide/nest-add.md, for the forms of a project of Nest 12.
describeNestAdd({
  name: 'Nest 12, ESM and Vitest',
  project: { nest: 12, type: 'esm' },
  fastify: 'Fastify, with the package of Express',
});
describeNestAdd({
  name: 'Nest 12, CommonJS and Jest',
  // Below Node 24.9 Jest cannot load Nest 12 in CommonJS: the project that `nest new` creates fails too.
  project: { nest: 12, type: 'cjs', node: '24' },
  fastify: 'Fastify',
});
