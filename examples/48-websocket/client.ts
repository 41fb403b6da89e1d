// #region client
import { io, type Socket } from 'socket.io-client';

export function openChat(url: string, token: string): Socket {
  const chat = io(url, { auth: { token } });
  // A refused handshake. `data.code` is JWT_EXPIRED, for example.
  chat.on('connect_error', (error: Error & { data?: { code: string } }) => console.log(error.data?.code));
  // A refused message, or the end of the token.
  chat.on('exception', ({ code }: { code: string }) => console.log(code));
  return chat;
}
// #endregion
