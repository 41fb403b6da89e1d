// The package as shipped: packed once, then looked at and installed.
import { availableParallelism } from 'node:os';
import base from './jest.config.js';

const [nest12] = base.projects;

/** @type {import('jest').Config} */
export default {
  testEnvironment: nest12.testEnvironment,
  // A third of the time they wait: for the registry, for an application that starts, for Chromium.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  testSequencer: '<rootDir>/test/package/longest-first.cjs',
  // Packages are installed here.
  testTimeout: 600_000,
  rootDir: '.',
  testMatch: ['<rootDir>/test/package/*.spec.ts'],
  globalSetup: '<rootDir>/test/package/pack.mjs',
  globalTeardown: '<rootDir>/test/package/unpack.mjs',
  extensionsToTreatAsEsm: nest12.extensionsToTreatAsEsm,
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: nest12.transform,
};
