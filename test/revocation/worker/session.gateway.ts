import { WebSocketGateway } from '@nestjs/websockets';
import { JwtRequired } from 'nestjs-jwt-extended';

/** Sockets that end with their session. */
@JwtRequired()
@WebSocketGateway()
export class SessionGateway {}
