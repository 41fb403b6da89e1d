import { keyOptions } from '../contenders/extended.mjs';
import { loadLibrary } from '../library.mjs';

export async function extended({ algorithm, keys, cache = true, revocation = false }) {
  const { JwtExtendedModule, JwtGuard, JwtRequired, MemoryRevocationStore } = await loadLibrary();
  const options = {
    ...keyOptions(algorithm, keys),
    ...(cache ? {} : { cache: false }),
    ...(revocation && { revocation: { store: new MemoryRevocationStore() } }),
  };
  return {
    name: `nestjs-jwt-extended, ${cache ? 'seen before' : 'first sight'}${revocation ? ', with revocation' : ''}`,
    imports: [JwtExtendedModule.forRoot(options)],
    guard: JwtGuard,
    decorators: [JwtRequired()],
    isGlobal: true,
    remembers: cache,
  };
}
