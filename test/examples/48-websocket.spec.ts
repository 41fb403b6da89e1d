import { once } from 'node:events';
import { jest } from '@jest/globals';
import { TokenService } from 'nestjs-jwt-extended';
import { openChat } from '../../examples/48-websocket/client.js';
import { describeExample } from './example.js';

describeExample('48-websocket', (example) => {
  const tokenOf = (claims: Record<string, unknown> = {}, expires: number | '1s' = 60) =>
    example.app.get(TokenService, { strict: false }).createAccessToken('bob', { claims, expires });
  const logged = () => jest.spyOn(console, 'log').mockImplementation(() => undefined);
  afterEach(() => jest.restoreAllMocks());

  it('answers the client that the page shows', async () => {
    const chat = openChat(example.url, await tokenOf());
    await expect(chat.emitWithAck('say', 'good morning')).resolves.toBe('bob says good morning');
    chat.close();
  });

  it('refuses the message that needs a scope, and leaves the connection open', async () => {
    const log = logged();
    const chat = openChat(example.url, await tokenOf());
    chat.emit('clear');
    await once(chat as never, 'exception');
    expect(log).toHaveBeenCalledWith('JWT_INSUFFICIENT_SCOPE');
    expect(chat.connected).toBe(true);
    chat.close();
    const admin = openChat(example.url, await tokenOf({ scope: 'chat:admin' }));
    await expect(admin.emitWithAck('clear')).resolves.toBe('cleared');
    admin.close();
  });

  it('refuses a handshake with a wrong token', async () => {
    const log = logged();
    const chat = openChat(example.url, 'a.b.c');
    await once(chat as never, 'connect_error');
    expect(log).toHaveBeenCalledWith('JWT_INVALID');
    chat.close();
  });

  it('ends the connection with its token', async () => {
    const log = logged();
    const chat = openChat(example.url, await tokenOf({}, '1s'));
    const [reason] = (await once(chat as never, 'disconnect')) as string[];
    expect(reason).toBe('io server disconnect');
    expect(log).toHaveBeenCalledWith('JWT_EXPIRED');
    chat.close();
  });
});
