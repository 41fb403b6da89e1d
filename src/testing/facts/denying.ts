import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Facts } from './facts.js';

const LONG = 'x'.repeat(16_000);

/** Ids that are similar to their neighbours, or contain separators, quotes or wildcards of a store. */
export const UNUSUAL_IDS: readonly string[] = [
  '',
  ' ',
  '0',
  'null',
  'a',
  'A',
  'a ',
  'a:b',
  'a:b:c',
  '{a}',
  '{a}:b',
  '{',
  '}{',
  '*',
  'a?[b]%_',
  `it's "quoted"; \`so\` \\ --`,
  '$1 {{0}} %s \r\n\t',
  'a\u0000',
  'a\u0000b',
  '\u00e9',
  'e\u0301',
  '\u{1f511}\u{1f512}',
  '\u65e5\u672c\u8a9e',
  '__proto__',
  'constructor',
  LONG,
  `${LONG}y`,
];

export const denying: Facts = {
  'a jti is denied, after one call and after two': async (alice) => {
    const jti = randomUUID();
    equal(await alice.isDenied(jti), false);
    await alice.deny(jti, 60_000);
    equal(await alice.isDenied(jti), true);
    await alice.deny(jti, 60_000);
    equal(await alice.isDenied(jti), true);
    equal(await alice.isDenied(randomUUID()), false);
  },

  'a jti is denied for a number of milliseconds, or without end': async (alice) => {
    const [brief, long, forEver] = [randomUUID(), randomUUID(), randomUUID()];
    await alice.deny(brief, 20);
    await alice.deny(long, 40 * 86_400_000);
    await alice.deny(forEver, null);
    await alice.pass(40);
    equal(await alice.isDenied(brief), false);
    equal(await alice.isDenied(long), true);
    equal(await alice.isDenied(forEver), true);
    await alice.deny(brief, 60_000);
    equal(await alice.isDenied(brief), true);
  },

  'a denial is never shortened': async (alice) => {
    const [long, forEver, prolonged] = [randomUUID(), randomUUID(), randomUUID()];
    await alice.deny(long, 60_000);
    await alice.deny(forEver, null);
    for (const jti of [long, forEver, prolonged]) await alice.deny(jti, 20);
    await alice.deny(prolonged, 60_000);
    await alice.pass(40);
    for (const jti of [long, forEver, prolonged]) equal(await alice.isDenied(jti), true);
  },

  'the jti of another subject is not denied': async (alice) => {
    await alice.deny('jti', null);
    equal(await alice.other().isDenied('jti'), false);
  },

  'no session ends': async (alice) => {
    const session = await alice.open();
    await alice.deny(session.currentId, null);
    await alice.deny(session.sid, null);
    deepEqual(await alice.lookUp(session.sid, session.currentId), { session, denied: true, cutOff: null });
    await alice.rotate(session);
  },

  'ids with any characters are distinguished': async (alice) => {
    for (const [index, jti] of UNUSUAL_IDS.entries()) {
      if (index % 2 === 0) await alice.deny(jti, 60_000);
    }
    for (const [index, jti] of UNUSUAL_IDS.entries()) {
      equal(await alice.isDenied(jti), index % 2 === 0, `${JSON.stringify(jti.slice(0, 40))}, number ${index}`);
    }
  },

  'many ids are denied at once': async (alice) => {
    const ids = Array.from({ length: 300 }, () => randomUUID());
    await Promise.all(ids.map((jti, index) => alice.deny(jti, index % 3 === 0 ? null : 60_000 + index)));
    const answers = await Promise.all(ids.map((jti) => alice.isDenied(jti)));
    deepEqual(new Set(answers), new Set([true]));
  },
};
