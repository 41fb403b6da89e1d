// The specs that start no other program: no server, no browser, no compiler.
import { fileURLToPath } from 'node:url';
import base from './jest.config.js';
import { specsThatStartPrograms } from './test/support/program-users.mjs';

const slow = specsThatStartPrograms(fileURLToPath(new URL('test', import.meta.url)));

/** @type {import('jest').Config} */
export default {
  ...base,
  projects: base.projects.map((project) => ({
    ...project,
    testPathIgnorePatterns: [...(project.testPathIgnorePatterns ?? []), ...slow.map((path) => `^${escaped(path)}$`)],
  })),
};

function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
