// Sockets require a token, at the handshake and for each message.
//
//   TOKEN=$(curl -s localhost:3000/login -H 'Content-Type: application/json' -d '{"username":"alice"}' | node -p 'JSON.parse(fs.readFileSync(0)).access_token')
//   node -e "const s = require('socket.io-client')('http://localhost:3000', { auth: { token: process.argv[1] } }); s.emit('say', 'hello', (text) => { console.log(text); s.close(); })" "$TOKEN"
//   # alice says hello
//   node -e "const s = require('socket.io-client')('http://localhost:3000'); s.on('connect_error', (error) => { console.log(error.data.code); s.close(); })"
//   # JWT_MISSING
import { randomBytes } from 'node:crypto';
import { Body, Controller, Header, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessageBody, SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { getJwtContext, JwtExtendedModule, JwtIdentity, JwtRequired, TokenService } from 'nestjs-jwt-extended';

// #region gateway
@JwtRequired()
@WebSocketGateway()
class ChatGateway implements OnGatewayConnection {
  readonly online = new Set<string>();

  // Runs only for clients whose handshake has a valid token.
  handleConnection(client: object) {
    this.online.add(String(getJwtContext(client)?.identity));
  }

  @SubscribeMessage('say')
  say(@JwtIdentity() identity: string, @MessageBody() text: string) {
    return `${identity} says ${text}`;
  }

  @JwtRequired({ scopes: 'chat:admin' })
  @SubscribeMessage('clear')
  clear() {
    return 'cleared';
  }
}
// #endregion

@Controller()
class LogInController {
  constructor(private readonly tokens: TokenService) {}

  // A real application checks the password.
  @Header('Cache-Control', 'no-store')
  @Post('login')
  async login(@Body('username') username: string) {
    return { access_token: await this.tokens.createAccessToken(username) };
  }
}

// #region module
@Module({
  imports: [JwtExtendedModule.forRoot({ secret: process.env.JWT_SECRET_KEY ?? randomBytes(32) })],
  controllers: [LogInController],
  providers: [ChatGateway],
})
class AppModule {}
// #endregion

export const app = await NestFactory.create(AppModule);
await app.listen(process.env.PORT ?? 3000);
