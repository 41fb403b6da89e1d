import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { EndedSession, SessionRecord } from '../../stores/revocation-store.js';
import { expectOutcome, refreshToken, type StoreSubject } from '../store-subject.js';
import { UNUSUAL_IDS } from './denying.js';
import type { Facts } from './facts.js';

const notesOf: Facts = {
  'an ended session keeps its note, and is refused like one without': async (alice) => {
    const session = await alice.rotate(await alice.open({ device: 'Firefox' }));
    const other = await alice.open();
    const from = await alice.now();
    await alice.end(session.sid, 'bob: stolen');
    const [entry] = await alice.store.listNoted(alice.hash);
    const createdAt = entry?.createdAt ?? NaN;
    ok(createdAt >= from && createdAt <= (await alice.now()), `the time of the note is not now: ${createdAt}`);
    deepEqual(await alice.noted(), [ended(session, 'bob: stolen')]);
    deepEqual(await alice.list(), [other]);
    await expectEnded(alice, session);
  },

  'a denied jti keeps its note, and is denied like one without': async (alice) => {
    const from = await alice.now();
    await alice.deny('one', 60_000, 'bob: lost');
    await alice.deny('two', null, 'carol');
    await alice.deny('three', 60_000);
    for (const jti of ['one', 'two', 'three']) equal(await alice.isDenied(jti), true);
    deepEqual(byNote(await alice.noted()), [denied('one', 'bob: lost'), denied('two', 'carol')]);
    for (const { createdAt } of await alice.store.listNoted(alice.hash)) {
      ok(createdAt >= from && createdAt <= (await alice.now()), `the time of the note is not now: ${createdAt}`);
    }
  },

  'all sessions that end together keep the note, and no other session': async (alice) => {
    const sessions = [await alice.open(), await alice.open({ device: 'Opera' })];
    const kept = await alice.open();
    await alice.end((await alice.open()).sid);
    await alice.endAll({ except: kept.sid, note: 'password changed' });
    const expected = sessions.map((session) => ended(session, 'password changed'));
    deepEqual(bySid(await alice.noted()), bySid(expected));
    deepEqual(await alice.list(), [kept]);
    ok((await alice.cutOff()) !== null);
    for (const session of sessions) await expectEnded(alice, session);
    await alice.rotate(kept);
  },

  'sessions that were opened at or before a time keep the note': async (alice) => {
    const early = await alice.open();
    await alice.pass(3);
    const later = await alice.open();
    await alice.endAll({ before: early.openedAt, note: 'early' });
    deepEqual(await alice.noted(), [ended(early, 'early')]);
    deepEqual([await alice.list(), await alice.cutOff()], [[later], early.openedAt]);
  },

  'no note is stored without a session that ends': async (alice) => {
    const { sid } = await alice.open();
    await alice.end(sid);
    await alice.end(sid, 'late');
    await alice.end(alice.newSid(), 'unknown');
    await alice.endAll({ note: 'none' });
    deepEqual(await alice.noted(), []);
  },

  'the first note stays': async (alice) => {
    const session = await alice.open();
    for (const note of ['first', 'second', undefined]) {
      await alice.end(session.sid, note);
      await alice.deny('jti', 60_000, note);
    }
    await alice.endAll({ note: 'third' });
    deepEqual(byNote(await alice.noted()), byNote([ended(session, 'first'), denied('jti', 'first')]));
  },

  'a denial without a note can get one': async (alice) => {
    for (const jti of ['brief', 'long']) await alice.deny(jti, 60_000);
    await alice.deny('brief', 120_000, 'a');
    await alice.deny('long', 20, 'b');
    await alice.pass(40);
    deepEqual(byNote(await alice.noted()), [denied('brief', 'a'), denied('long', 'b')]);
    equal(await alice.isDenied('long'), true);
  },

  'a note stays as long as its denial, and is gone with it': async (alice) => {
    await alice.deny('again', 20, 'gone');
    await alice.deny('brief', 20, 'gone');
    await alice.deny('long', 20, 'stays');
    await alice.deny('long', 60_000);
    await alice.pass(40);
    await alice.deny('again', 60_000);
    deepEqual(await alice.noted(), [denied('long', 'stays')]);
    await alice.deny('again', 60_000, 'new');
    deepEqual(byNote(await alice.noted()), [denied('again', 'new'), denied('long', 'stays')]);
  },

  'a note is gone when its session would have ended': async (alice) => {
    const brief = [await alice.open({ maxAge: 20 }), await alice.open({ maxAge: 20 })] as const;
    const late = await alice.open({ maxAge: 20, leeway: 60_000 });
    const lasting = await alice.open({ token: refreshToken({ lifetime: null }) });
    await alice.end(brief[0].sid, 'a');
    for (const { sid } of [late, lasting]) await alice.end(sid, 'b');
    await alice.endAll({ note: 'a' });
    await alice.reach(lasting.openedAt + 60);
    deepEqual(bySid(await alice.noted()), bySid([ended(late, 'b'), ended(lasting, 'b')]));
  },

  'a session that has expired keeps no note': async (alice) => {
    const session = await alice.open({ maxAge: 20 });
    await alice.reach(session.openedAt + 40);
    await alice.end(session.sid, 'late');
    await alice.endAll({ note: 'later' });
    deepEqual(await alice.noted(), []);
  },

  'the latest comes first': async (alice) => {
    const session = await alice.open();
    await alice.deny('one', 60_000, 'first');
    await alice.pass(3);
    await alice.end(session.sid, 'second');
    await alice.pass(3);
    await alice.deny('two', 60_000, 'third');
    deepEqual(await alice.noted(), [denied('two', 'third'), ended(session, 'second'), denied('one', 'first')]);
  },

  'notes and ids can have any characters': async (alice) => {
    const notes = [...UNUSUAL_IDS, 'x'.repeat(256), '\u{1f511}'.repeat(128)];
    for (const note of notes) await alice.deny(note, 60_000, note);
    deepEqual(byNote(await alice.noted()), byNote(notes.map((note) => denied(note, note))));
    const bob = alice.other();
    for (const note of notes) await bob.end((await bob.open({ device: note })).sid, note);
    const devices = (await bob.store.listNoted(bob.hash)).map(({ session, note }) => [session?.device, note]);
    deepEqual(devices.sort(), notes.map((note) => [note, note]).sort());
  },

  'the notes of another subject are not listed': async (alice) => {
    const bob = alice.other();
    await bob.end((await bob.open()).sid, 'note');
    await bob.deny('jti', 60_000, 'note');
    deepEqual(await alice.noted(), []);
    equal((await bob.noted()).length, 2);
  },

  'a session that is opened again can end with a note again': async (alice) => {
    const { sid } = await alice.open();
    await alice.end(sid, 'first');
    for (const note of ['second', 'third']) {
      const session = await alice.open({ sid });
      deepEqual(await alice.session(sid), session);
      await (note === 'second' ? alice.end(sid, note) : alice.endAll({ note }));
      deepEqual(await alice.noted(), [ended(session, note)]);
      await expectEnded(alice, session);
    }
  },

  'a write with a note after its deadline changes nothing': async (alice) => {
    const session = await alice.open();
    const { store, hash: subject } = alice;
    const late = await alice.tooLate();
    equal(await store.endSession(subject, session.sid, late, 'late'), false);
    equal(await store.endSessions({ subject, before: null, except: null, note: 'late' }, late), false);
    equal(await store.deny(subject, 'jti', 60_000, late, 'late'), false);
    deepEqual(await alice.lookUp(session.sid, 'jti'), { session, denied: false, cutOff: null });
    deepEqual(await alice.noted(), []);
  },

  'many sessions end at once, each with one note': async (alice) => {
    const sessions = await Promise.all(Array.from({ length: 20 }, () => alice.open()));
    const peer = alice.inAnotherProcess();
    await Promise.all(sessions.flatMap(({ sid }) => [alice.end(sid, sid), peer.end(sid, sid)]));
    deepEqual(bySid(await peer.noted()), bySid(sessions.map((session) => ended(session, session.sid))));
    deepEqual(await alice.list(), []);
    const jti = randomUUID();
    await Promise.all([alice.deny(jti, 60_000, 'same'), peer.deny(jti, 60_000, 'same')]);
    deepEqual(
      (await alice.noted()).filter((entry) => (entry as Entry).jti === jti),
      [denied(jti, 'same')],
    );
  },
};

/** A store that keeps no notes lists none. The library passes it no note. */
export const noting: Facts = Object.fromEntries(
  Object.entries(notesOf).map(([fact, prove]) => [
    fact,
    async (alice: StoreSubject) => (alice.store.keepsNotes ? prove(alice) : deepEqual(await alice.noted(), [])),
  ]),
);

interface Entry {
  readonly session: EndedSession | null;
  readonly jti: string | null;
  readonly note: string;
}

function ended({ sid, openedAt, lastUsedAt, expiresAt, device }: SessionRecord, note: string): Entry {
  return { session: { sid, openedAt, lastUsedAt, expiresAt, device }, jti: null, note };
}

function denied(jti: string, note: string): Entry {
  return { session: null, jti, note };
}

function bySid(entries: readonly unknown[]): Entry[] {
  return sortBy(entries, ({ session }) => session?.sid ?? '');
}

function byNote(entries: readonly unknown[]): Entry[] {
  return sortBy(entries, ({ note, jti }) => `${note} ${jti}`);
}

function sortBy(entries: readonly unknown[], nameOf: (entry: Entry) => string): Entry[] {
  return (entries as Entry[]).toSorted((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
}

async function expectEnded(subject: StoreSubject, { sid, currentId, parentId }: SessionRecord): Promise<void> {
  const { session, denied: isDenied } = await subject.lookUp(sid, currentId);
  deepEqual({ session, isDenied }, { session: null, isDenied: false });
  expectOutcome('unknown', await subject.present(sid, currentId));
  if (parentId !== null) expectOutcome('unknown', await subject.present(sid, parentId));
  expectOutcome('unknown', await subject.openWith({ sid, existing: true }));
}
