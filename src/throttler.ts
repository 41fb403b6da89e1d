export { jwtTracker } from './jwt-tracker.js';
