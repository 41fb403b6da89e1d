import { Module } from '@nestjs/common';
import { NotesController } from './notes.controller.js';
import { NotesGateway } from './notes.gateway.js';
import { NotesResolver } from './notes.resolver.js';
import { NotesService } from './notes.service.js';

@Module({ controllers: [NotesController], providers: [NotesService, NotesGateway, NotesResolver] })
export class NotesModule {}
