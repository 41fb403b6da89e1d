import { Injectable } from '@nestjs/common';

const MOST = 20;

/** The latest notes of each user, in memory. */
@Injectable()
export class NotesService {
  private readonly notesByUser = new Map<string, readonly string[]>();

  findAll(userId: string): readonly string[] {
    return this.notesByUser.get(userId) ?? [];
  }

  add(userId: string, text: string): void {
    this.notesByUser.set(userId, [text, ...this.findAll(userId)].slice(0, MOST));
  }
}
