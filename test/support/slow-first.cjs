const { default: Sequencer } = require('@jest/test-sequencer');

/** Starts the slowest specs first, so that no processor is idle at the end. The others have the order of Jest. */
const SLOW = [
  /races\//,
  /scripts\/scripts/,
  /outages\//,
  /browser\//,
  /conformance\/.*spec/,
  /redis\/contract/,
  /sql\//,
  /redis\//,
];

const rank = ({ path }) => (SLOW.findIndex((pattern) => pattern.test(path)) + SLOW.length + 1) % (SLOW.length + 1);

module.exports = class SlowFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((left, right) => rank(left) - rank(right));
  }
};
