/** Injects the settings. `Symbol.for`, so that the ESM and CommonJS copies of this package have the same token. */
export const SETTINGS = Symbol.for('nestjs-jwt-extended.settings');
