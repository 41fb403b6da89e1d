export { JwtCacheInterceptor } from './jwt-cache.interceptor.js';
