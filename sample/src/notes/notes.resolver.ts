import { Args, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { CurrentUser, JwtRequired } from 'nestjs-jwt-extended';
import { TextFields } from '../text-fields.pipe.js';
import { NotesService } from './notes.service.js';

/** The notes over GraphQL. The subscription ends when the token or its session ends. */
@JwtRequired()
@Resolver()
export class NotesResolver {
  constructor(private readonly notes: NotesService) {}

  @Query(() => [String], { name: 'notes' })
  findAll(@CurrentUser('id') userId: string) {
    return this.notes.findAll(userId);
  }

  @Mutation(() => [String], { name: 'addNote' })
  add(@CurrentUser('id') userId: string, @Args('text', { type: () => String }) text: string) {
    return this.notes.add(userId, new TextFields(['text']).transform({ text }).text);
  }

  @Subscription(() => String, { resolve: ([note]: [string]) => note })
  noteAdded(@CurrentUser('id') userId: string) {
    return this.notes.iterateNewNotes(userId);
  }
}
