import { Body, Controller, Get, Post, Sse, type MessageEvent } from '@nestjs/common';
import { CurrentUser, JwtRequired } from 'nestjs-jwt-extended';
import { map, type Observable } from 'rxjs';
import { TextBody } from '../text-body.js';
import { TextFields } from '../text-fields.pipe.js';
import { NotesService } from './notes.service.js';

@JwtRequired()
@Controller('notes')
export class NotesController {
  constructor(private readonly notes: NotesService) {}

  @Get()
  findAll(@CurrentUser('id') userId: string) {
    return this.notes.findAll(userId);
  }

  @Post()
  @TextBody('text')
  add(@CurrentUser('id') userId: string, @Body(new TextFields(['text'])) { text }: { text: string }) {
    return this.notes.add(userId, text);
  }

  /** Sends each new note as an event. The stream ends when the token or its session ends. */
  @Sse('events')
  events(@CurrentUser('id') userId: string): Observable<MessageEvent> {
    return this.notes.newNotes(userId).pipe(map((data) => ({ type: 'note', data })));
  }
}
