import { EventEmitter, on } from 'node:events';
import { Injectable } from '@nestjs/common';
import { fromEvent, type Observable } from 'rxjs';

const MOST = 20;

/** The latest notes of each user, in memory. */
@Injectable()
export class NotesService {
  private readonly notesByUser = new Map<string, readonly string[]>();
  private readonly added = new EventEmitter().setMaxListeners(0);

  findAll(userId: string): readonly string[] {
    return this.notesByUser.get(userId) ?? [];
  }

  add(userId: string, text: string): readonly string[] {
    const notes = [text, ...this.findAll(userId)].slice(0, MOST);
    this.notesByUser.set(userId, notes);
    this.added.emit(eventOf(userId), text);
    return notes;
  }

  /** The notes that a user adds from now on. */
  newNotes(userId: string): Observable<string> {
    return fromEvent(this.added, eventOf(userId)) as Observable<string>;
  }

  /** The same as an iterator, for a subscription of GraphQL. Each value is a list with one note. */
  iterateNewNotes(userId: string): AsyncIterableIterator<[string]> {
    return on(this.added, eventOf(userId)) as AsyncIterableIterator<[string]>;
  }
}

function eventOf(userId: string): string {
  return `note of ${userId}`;
}
