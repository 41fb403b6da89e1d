import { registerAs } from '@nestjs/config';
import { jwtEnv } from 'nestjs-jwt-extended/config';

// Add options that have no variable here: { ...jwtEnv.options(), asyncContext: true }.
export const jwtConfig = registerAs('jwt', () => jwtEnv.options());
