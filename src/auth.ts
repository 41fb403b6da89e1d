export { JwtAuthModule, type JwtAuthModuleAsyncOptions } from './jwt-auth.module.js';
export type {
  Credentials,
  JwtAuthModuleExtras,
  JwtAuthOptions,
  JwtAuthOptionsFactory,
  LogInRefusal,
  LogInRoutes,
} from './log-in/log-in-options.js';
export type { LogInTokens } from './log-in/log-in-tokens.js';
export { flaskJwtPreset, type FlaskJwtPreset, type FlaskJwtPresetOptions } from './log-in/flask-jwt-preset.js';
export type { FlaskJwtError } from './log-in/flask-jwt-errors.js';
