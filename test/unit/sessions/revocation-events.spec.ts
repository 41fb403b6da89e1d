import { Logger } from '@nestjs/common';
import { filter, firstValueFrom, map, Subject, take, toArray, type Subscription } from 'rxjs';
import { RevocationEvents } from '../../../src/sessions/revocation-events.js';
import type { RevocationEvent } from '../../../src/types/revocation-event.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { until } from '../../support/until.js';

const AVAILABLE: RevocationEvent = { type: 'store-available' };

describe('RevocationEvents', () => {
  let events: RevocationEvents;
  let log: RecordingLogger;
  beforeEach(() => {
    log = new RecordingLogger();
    Logger.overrideLogger(log);
    events = new RevocationEvents();
  });
  afterAll(() => Logger.overrideLogger(false));

  const failing = () => {
    throw new Error('no mail');
  };
  const rejecting = (): unknown => Promise.reject(new Error('no mail'));
  const FAILED = expect.stringContaining('A subscriber of RevocationEvents failed: Error: no mail');

  it.each<[string, () => Subscription]>([
    ['a function', () => events.subscribe(failing)],
    ['an async function', () => events.subscribe(rejecting)],
    ['an observer', () => events.subscribe({ next: failing })],
    ['a function behind an operator', () => events.pipe(filter(() => true)).subscribe(failing)],
    ['a function behind two pipes', () => events.pipe(take(1)).pipe(take(1)).subscribe(failing)],
    ['an operator', () => events.pipe(map(failing)).subscribe()],
    ['the error function after an operator', () => events.pipe(map(failing)).subscribe({ error: failing })],
    ['the complete function', () => events.pipe(take(1)).subscribe({ complete: failing })],
  ])('logs once what %s throws, and notifies the others', async (_what, subscribe) => {
    const received: RevocationEvent[] = [];
    events.subscribe((event) => received.push(event));
    subscribe();
    events.subscribe((event) => received.push(event));
    events.emit(AVAILABLE);
    expect(received).toEqual([AVAILABLE, AVAILABLE]);
    await until(() => log.errors.length > 0);
    expect(log.errors).toEqual([FAILED]);
  });

  it('goes on with a subscriber after an error of it', () => {
    events.subscribe(failing);
    events.emit(AVAILABLE);
    events.emit(AVAILABLE);
    expect(log.errors).toEqual([FAILED, FAILED]);
  });

  it('is an ordinary Observable', async () => {
    const collected = firstValueFrom(
      events.pipe(
        map(({ type }) => type),
        take(2),
        toArray(),
      ),
    );
    const subject = new Subject<RevocationEvent>();
    const [first, piped] = [firstValueFrom(subject), firstValueFrom(events.pipe())];
    const subscription = events.subscribe(subject);
    const each = events.forEach(failing);
    events.emit(AVAILABLE);
    events.emit(AVAILABLE);
    expect(await collected).toEqual(['store-available', 'store-available']);
    expect([await first, await piped]).toEqual([AVAILABLE, AVAILABLE]);
    await expect(each).rejects.toThrow('no mail');
    subscription.unsubscribe();
    let more = 0;
    subject.subscribe(() => more++);
    events.emit(AVAILABLE);
    expect(more).toBe(0);
    expect(log.errors).toEqual([]);
  });

  it('calls the methods of an observer on the observer', () => {
    const observer = {
      seen: [] as string[],
      next({ type }: RevocationEvent) {
        this.seen.push(type);
      },
    };
    events.subscribe(observer);
    events.emit(AVAILABLE);
    expect(observer.seen).toEqual(['store-available']);
  });

  it('is not changed by a subscriber', () => {
    const seen: string[] = [];
    events.subscribe((event) => Object.assign(event, { type: 'changed' }));
    events.subscribe(({ type }) => seen.push(type));
    events.emit({ type: 'session-ended', sid: 'a' });
    expect(seen).toEqual(['session-ended']);
    expect(log.errors).toHaveLength(1);
  });
});
