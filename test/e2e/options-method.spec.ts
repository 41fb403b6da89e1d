import { All, Controller, Get, Options, Req } from '@nestjs/common';
import { getJwtContext, Jwt, JwtIdentity, JwtRequired } from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

@Controller()
class PhotosController {
  @JwtRequired()
  @Get('photos')
  list() {}

  @JwtRequired()
  @Options('photos')
  capabilities(@Req() request: { user?: unknown }) {
    return { context: getJwtContext(request), user: request.user ?? null };
  }

  @JwtRequired()
  @Options('reads')
  reads(@Jwt() payload: object) {
    return payload;
  }

  @JwtRequired()
  @All('everything')
  everything(@JwtIdentity() identity: unknown) {
    return { identity };
  }
}

@JwtRequired()
@Controller('album')
class AlbumController {
  @Options()
  capabilities() {
    return { album: true };
  }

  @Get()
  list() {}
}

const EXEMPT = { status: 200, body: { context: null, user: null } };

describe.each(ADAPTERS)('OPTIONS on %s', (adapter) => {
  const app = useJwtApp(adapter, { controllers: [PhotosController, AlbumController] });

  it('is exempt on a handler for OPTIONS, even if its class has a requirement', async () => {
    expect(await app.send('OPTIONS', '/photos')).toEqual(EXEMPT);
    expect(await app.send('OPTIONS', '/album')).toEqual({ status: 200, body: { album: true } });
  });

  it('sets no context on an exempt handler, even with a token', async () => {
    expect(await app.send('OPTIONS', '/photos', { token: forge() })).toEqual(EXEMPT);
    expect(await app.send('OPTIONS', '/photos', { token: 'garbage' })).toEqual(EXEMPT);
    expect(await app.send('OPTIONS', '/reads', { token: forge() })).toMatchObject({ status: 500 });
  });

  it('is checked on a handler for all methods, because that handler runs', async () => {
    expect(await app.send('OPTIONS', '/everything')).toMatchObject({ status: 401 });
    expect(await app.send('OPTIONS', '/everything', { token: forge() })).toEqual({
      status: 200,
      body: { identity: 'alice' },
    });
  });

  it('does not exempt the other methods of the same path', async () => {
    expect(await app.get('/photos')).toMatchObject({ status: 401 });
    expect(await app.get('/album')).toMatchObject({ status: 401 });
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
      expect(await app.send(method, '/everything')).toMatchObject({ status: 401 });
    }
  });
});

describe.each(ADAPTERS)('a pre-flight on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    options: { requireByDefault: true },
    controllers: [PhotosController],
    prepare: (nest) => nest.enableCors(),
  });
  const PREFLIGHT = [
    ['Origin', 'https://example.com'],
    ['Access-Control-Request-Method', 'GET'],
  ] as const;

  it('is answered before the guard by enableCors()', async () => {
    const answer = await app.send('OPTIONS', '/everything', { headers: PREFLIGHT });
    expect(answer).toMatchObject({ status: 204 });
    expect(answer.header('Access-Control-Allow-Origin')).toBe('*');
  });
});
