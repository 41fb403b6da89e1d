import { describeRevocationStore } from 'nestjs-jwt-extended/testing';
import { MemoryRevocationStore } from '../../../src/stores/memory/memory-revocation.store.js';

describeRevocationStore('MemoryRevocationStore', () => {
  let now = Date.now();
  const store = new MemoryRevocationStore({ now: () => now });
  return {
    store,
    advanceClock: (ms) => {
      now += ms;
    },
  };
});

describeRevocationStore('MemoryRevocationStore in real time', () => ({ store: new MemoryRevocationStore() }));
