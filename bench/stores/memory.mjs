import { loadLibrary } from '../library.mjs';

export default [
  {
    name: 'MemoryRevocationStore',
    async open() {
      const { MemoryRevocationStore } = await loadLibrary();
      return { store: new MemoryRevocationStore(), close() {} };
    },
  },
];
