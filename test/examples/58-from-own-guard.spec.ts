import { describeExample } from './example.js';
import { describeMove } from './moved-application.js';

describeExample('58-from-own-guard', (example) => {
  const before = async () => (await import('../../examples/58-from-own-guard/before.js')).BeforeModule;
  describeMove(example, before, 'alice');
});
