import { MessageBody, SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { CurrentUser, getJwtContext, JwtRequired } from 'nestjs-jwt-extended';
import type { Socket } from 'socket.io';
import { TextFields } from '../text-fields.pipe.js';
import type { User } from '../users/user.js';
import { NotesService } from './notes.service.js';

/** The notes over socket.io. A socket without a good token is refused before handleConnection(). */
@JwtRequired()
@WebSocketGateway()
export class NotesGateway implements OnGatewayConnection<Socket> {
  constructor(private readonly notes: NotesService) {}

  handleConnection(socket: Socket): void {
    const { id } = getJwtContext<User>(socket)?.user as User;
    const subscription = this.notes.newNotes(id).subscribe(() => socket.emit('notes', this.notes.findAll(id)));
    socket.once('disconnect', () => subscription.unsubscribe());
  }

  @SubscribeMessage('add')
  add(@CurrentUser('id') userId: string, @MessageBody() body: unknown) {
    return this.notes.add(userId, new TextFields(['text']).transform(body).text);
  }
}
