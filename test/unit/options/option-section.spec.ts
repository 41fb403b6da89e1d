import { readOptions, type ReadersOf } from '../../../src/options/option-section.js';
import { count, flag, sectionOf, text } from '../../../src/options/readers.js';

interface Inner {
  size?: number;
}

interface Example {
  name?: string;
  isOn?: boolean;
  inner?: Inner;
}

const INNER = { size: count(3) } satisfies ReadersOf<Inner>;
const EXAMPLE = { name: text('a'), isOn: flag(true), inner: sectionOf(INNER) } satisfies ReadersOf<Example>;

it('a table of readers gives the defaults, and the types of the values', () => {
  const values = readOptions({}, EXAMPLE);
  const name: string = values.name;
  const isOn: boolean = values.isOn;
  const size: number = values.inner.size;
  expect([name, isOn, size]).toEqual(['a', true, 3]);
});

it('a message has the owner and the path of the option', () => {
  expect(() => readOptions({ inner: { size: 0 } }, EXAMPLE, { owner: 'Example', path: 'list[1]' })).toThrow(
    'Example option "list[1].inner.size" must be a whole number of at least 1; it is 0.',
  );
  expect(() => readOptions({ inner: { syze: 1 } }, EXAMPLE)).toThrow(
    'JwtExtendedModule option "inner.syze" does not exist. Did you mean "size"?',
  );
});

it('a table with a missing or an additional option does not compile', () => {
  // @ts-expect-error There is no reader for `inner`.
  const forgotten = { name: text('a'), isOn: flag(true) } satisfies ReadersOf<Example>;
  // @ts-expect-error There is no option `length`.
  const extra = { ...INNER, length: count(1) } satisfies ReadersOf<Inner>;
  expect([Object.keys(forgotten), Object.keys(extra)]).toEqual([
    ['name', 'isOn'],
    ['size', 'length'],
  ]);
});
