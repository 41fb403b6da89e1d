import { MemoryRevocationStore, type MemoryRevocationStoreOptions } from 'nestjs-jwt-extended';

describe('The constructor of MemoryRevocationStore', () => {
  it.each([
    ['an unknown option', { nwo: Date.now }, 'MemoryRevocationStore option "nwo" does not exist. Known: now.'],
    ['a time as clock', { now: 0 }, 'MemoryRevocationStore option "now" must be a function'],
  ])('refuses %s', (_name, options, message) => {
    const create = () => new MemoryRevocationStore(options as unknown as MemoryRevocationStoreOptions);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
  });

  it.each([undefined, {}, { now: undefined }])('accepts %j', (options) => {
    expect(new MemoryRevocationStore(options).now()).toBeGreaterThan(1e12);
  });
});
