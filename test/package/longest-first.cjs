const { default: Sequencer } = require('@jest/test-sequencer');

/** The specs that take longest, so that no processor is idle at the end. The others have the order of Jest. */
const LONGEST = ['compiled', 'nest-add', 'matrix', 'package-managers', 'nest-add-nest11'];

const rank = ({ path }) => LONGEST.findIndex((name) => path.endsWith(`/${name}.spec.ts`));

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const isLong = (test) => rank(test) >= 0;
    const sorted = super.sort(tests);
    return [
      ...sorted.filter(isLong).sort((left, right) => rank(left) - rank(right)),
      ...sorted.filter((test) => !isLong(test)),
    ];
  }
};
