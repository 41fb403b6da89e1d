import { describeNestAdd } from './describe-nest-add.js';

// A file of its own, so that it runs at the same time as the one of Nest 12.
describeNestAdd({ name: 'Nest 11, CommonJS and Jest', project: { nest: 11 }, fastify: 'Fastify' });
