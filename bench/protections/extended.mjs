import { keyOptions } from '../contenders/extended.mjs';
import { loadLibrary } from '../library.mjs';

export async function extended({ algorithm, keys, cache = true, revocation = false }) {
  const { JwtExtendedModule, JwtGuard, JwtRequired, MemoryRevocationStore } = await loadLibrary();
  const options = {
    ...keyOptions(algorithm, keys),
    ...(cache !== true && { cache }),
    ...(revocation && { revocation: { store: new MemoryRevocationStore() } }),
  };
  return {
    name: `nestjs-jwt-extended, ${nameOf(cache)}${revocation ? ', with revocation' : ''}`,
    imports: [JwtExtendedModule.forRoot(options)],
    guard: JwtGuard,
    decorators: [JwtRequired()],
    isGlobal: true,
    remembers: cache !== false,
  };
}

function nameOf(cache) {
  if (typeof cache === 'object') return `cache for ${cache.maxTokens.toLocaleString('en-US')} tokens`;
  return cache ? 'cached token' : 'cache off';
}
