/** Injects the settled options; fixed, so that the ESM and CommonJS copies of this package agree. */
export const SETTINGS = Symbol.for('nestjs-jwt-extended.settings');
