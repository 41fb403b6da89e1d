import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Inject, Res, type INestApplication } from '@nestjs/common';
import { TokenCookieService, type HttpResponse, type JwtExtendedOptions } from 'nestjs-jwt-extended';
import { ADAPTERS, startApp } from './adapters.js';
import { send, type Answer } from './http-client.js';
import { jwtModule } from './jwt-app.js';

/** The kinds of responses on which the library can set cookies. */
export const RESPONSES = [...ADAPTERS, 'node:http'] as const;

export type ResponseName = (typeof RESPONSES)[number];

/** The work of a handler with its response. */
export type Work = (cookies: TokenCookieService, response: HttpResponse) => unknown;

/** The settings of the application around the handler. */
export interface Surroundings {
  options?: JwtExtendedOptions;
  prepare?: (app: INestApplication) => void;
}

const WORK = Symbol('work');

@Controller()
class WorkController {
  constructor(
    @Inject(WORK) private readonly work: Work,
    private readonly cookies: TokenCookieService,
  ) {}

  @Get()
  async run(@Res({ passthrough: true }) response: HttpResponse) {
    await this.work(this.cookies, response);
    return {};
  }
}

/** The answer to one request whose handler does this work. */
export async function answerOf(on: ResponseName, work: Work, surroundings: Surroundings = {}): Promise<Answer> {
  const { options, prepare } = surroundings;
  const adapter = on === 'node:http' ? 'express' : on;
  const metadata = {
    imports: [jwtModule(options)],
    controllers: [WorkController],
    providers: [{ provide: WORK, useValue: work }],
  };
  const running = await startApp(adapter, metadata, undefined, prepare);
  try {
    if (on !== 'node:http') return await send('GET', `${running.url}/`);
    return await answerOfNode(work, running.app.get(TokenCookieService));
  } finally {
    await running.close();
  }
}

/** The same without a framework. */
async function answerOfNode(work: Work, cookies: TokenCookieService): Promise<Answer> {
  const listener: RequestListener = (_request, response) => {
    const run = async () => work(cookies, response);
    run().then(
      () => response.end(),
      (error: { status?: number }) => response.writeHead(error.status ?? 500).end(),
    );
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await send('GET', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.close();
  }
}
