import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { readFileSync } from 'node:fs';

/** The commit, the machine and the versions of a run. */
export function describeMachine() {
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: `${cpus()[0]?.model.trim()}, ${cpus().length} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
    commit: commit(),
    node: process.version,
    packages: versions(),
  };
}

const PACKAGES = [
  '@nestjs/core',
  '@nestjs/jwt',
  'jsonwebtoken',
  '@nestjs/passport',
  'passport-jwt',
  '@fastify/jwt',
  'fast-jwt',
  'jose',
  'express',
  'fastify',
];

function versions() {
  return Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)]));
}

function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
}

function commit() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}
