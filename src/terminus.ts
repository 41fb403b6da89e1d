export { JwtHealthIndicator, type JwtHealthOptions, type JwtHealthResult } from './jwt-health.indicator.js';
