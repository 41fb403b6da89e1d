import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import { WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { getJwtContext, JwtRequired, TokenCookieService, TokenService, type HttpResponse } from 'nestjs-jwt-extended';
import { SocketApp, SOCKET_KINDS } from '../support/sockets.js';
import { describeInChromium, useOrdinaryWindow } from './support/chromium.js';

const connected: unknown[] = [];

@JwtRequired()
@WebSocketGateway()
class ChatGateway implements OnGatewayConnection {
  handleConnection(client: object) {
    connected.push(getJwtContext(client)?.identity);
  }
}

@Controller()
class LogInController {
  constructor(
    private readonly tokens: TokenService,
    private readonly cookies: TokenCookieService,
  ) {}

  @Get()
  home() {
    return {};
  }

  @HttpCode(200)
  @Post('log-in')
  async logIn(@Res({ passthrough: true }) response: HttpResponse) {
    await this.cookies.setAccessCookies(response, await this.tokens.createAccessToken('alice'));
  }
}

/** A script that opens a socket of the browser itself, and returns whether it opened. */
const openWs = (url: string) => `new Promise((resolve) => {
  const socket = new WebSocket('${url.replace('http', 'ws')}');
  socket.onopen = () => resolve('open');
  socket.onclose = () => resolve('refused');
})`;

/** The same with the client of socket.io, which begins with HTTP requests by default. */
const openIo = (url: string, transports: string[]) => `new Promise((resolve, reject) => {
  const script = document.createElement('script');
  script.src = '${url}/socket.io/socket.io.js';
  script.onerror = () => reject(new Error('no client'));
  script.onload = () => {
    const options = { transports: ${JSON.stringify(transports)}, withCredentials: true, reconnection: false };
    const socket = io('${url}', options);
    socket.once('connect', () => resolve('open'));
    socket.once('connect_error', ({ data }) => resolve(data?.code ?? 'refused'));
  };
  document.head.append(script);
})`;

describeInChromium('a page', () => {
  const ordinary = useOrdinaryWindow();
  let site: Server;
  let other: string;
  beforeAll(async () => {
    site = createServer((_request, response) =>
      response.setHeader('Content-Type', 'text/html').end('<title>x</title>'),
    );
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    other = `http://other.localhost:${(site.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    site.closeAllConnections();
    site.close();
  });
  beforeEach(() => {
    connected.length = 0;
  });

  it.each(SOCKET_KINDS)(
    'opens a %s with the cookies of its own host, and no page of another site does',
    async (kind) => {
      // The cookies of a front end on another site, which browsers send from every site.
      const options = { tokenLocation: 'cookies', cookies: { sameSite: 'none' } } as const;
      const app = await SocketApp.start(kind, { controllers: [LogInController], providers: [ChatGateway], options });
      const cookies: (string | undefined)[] = [];
      const http = app.nest.getHttpServer() as Server;
      http.prependListener('upgrade', ({ headers }: IncomingMessage) => cookies.push(headers.cookie));
      const url = `http://chat.localhost:${new URL(app.url).port}`;
      const scripts =
        kind === 'ws' ? [openWs(url)] : [openIo(url, ['websocket']), openIo(url, ['polling', 'websocket'])];
      try {
        const page = await ordinary().newPage();
        await page.goto(url);
        expect(await page.evaluate(`fetch('/log-in', { method: 'POST' }).then(({ status }) => status)`)).toBe(200);
        for (const script of scripts) expect(await page.evaluate(script)).toBe('open');
        expect(connected.splice(0)).toEqual(scripts.map(() => 'alice'));
        cookies.length = 0;
        await page.goto(other);
        const [first = ''] = scripts;
        expect(await page.evaluate(first)).toBe(kind === 'ws' ? 'refused' : 'JWT_CSRF');
        expect(cookies.join()).toContain('access_token_cookie=');
        expect(connected).toEqual([]);
        await page.close();
      } finally {
        // Chromium opens connections that it may never use.
        http.closeAllConnections();
        await app.stop();
      }
    },
  );
});
