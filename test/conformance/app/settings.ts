import { readFileSync } from 'node:fs';
import { optionsFromFlaskConfig, type JwtExtendedOptions } from 'nestjs-jwt-extended';

const DATA = new URL('../data/', import.meta.url);

/** The shortest HMAC secret, in bytes (RFC 7518 s.3.2). */
const SECRET_BYTES: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };

export type FlaskConfig = Readonly<Record<string, unknown>>;

/** The configuration of a scenario, with the values that JSON cannot express. */
export function readConfig(config: FlaskConfig): FlaskConfig {
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, settingValue(value)]));
}

function settingValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$timedelta' in value) return { seconds: value.$timedelta };
  if ('$file' in value) return readFileSync(new URL(String(value.$file), DATA), 'utf8');
  return value;
}

/** The options of the module for a Flask configuration. */
export function optionsFor(config: FlaskConfig): JwtExtendedOptions {
  const options = optionsFromFlaskConfig(config);
  return hasShortSecret(config) ? { ...options, allowWeakSecret: true } : options;
}

/** Flask-JWT-Extended only warns of a short secret, and the recording continues with it. */
export function hasShortSecret(config: FlaskConfig): boolean {
  const secret = mainSecret(config);
  const algorithms = [config.JWT_ALGORITHM ?? 'HS256', config.JWT_DECODE_ALGORITHMS ?? []].flat();
  const needed = Math.max(...algorithms.map((algorithm) => SECRET_BYTES[String(algorithm)] ?? 0));
  return secret.length > 0 && Buffer.byteLength(secret) < needed;
}

/** The secret that signs tokens, unless a callback chooses another one. */
export function mainSecret(config: FlaskConfig): string {
  return String(config.JWT_SECRET_KEY || config.SECRET_KEY || '');
}
