import { Body, Controller, Get, Post } from '@nestjs/common';
import { CurrentUser, JwtRequired } from 'nestjs-jwt-extended';
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
  add(@CurrentUser('id') userId: string, @Body(new TextFields(['text'])) { text }: { text: string }) {
    this.notes.add(userId, text);
    return this.notes.findAll(userId);
  }
}
