import {
  Controller,
  Get,
  HttpException,
  Module,
  Post,
  Res,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import {
  CsrfException,
  ExpiredTokenException,
  FreshTokenRequiredException,
  InsufficientScopeException,
  InvalidCredentialsException,
  InvalidTokenException,
  JwtExtendedException,
  JwtRequired,
  KeysUnavailableException,
  MalformedCredentialsException,
  MissingTokenException,
  RevocationUnavailableException,
  RevokedTokenException,
  TokenService,
  TokenVerificationException,
  UserLookupException,
  WrongTokenTypeException,
} from 'nestjs-jwt-extended';
import * as library from 'nestjs-jwt-extended';
import { ADAPTERS } from '../support/adapters.js';
import { forge } from '../support/forge.js';
import { useJwtApp } from '../support/jwt-app.js';

const EXCEPTIONS: [JwtExtendedException, number, string][] = [
  [new MissingTokenException('none here'), 401, 'none here'],
  [new CsrfException('no double submit'), 401, 'no double submit'],
  [new ExpiredTokenException(), 401, 'Token has expired'],
  [new RevokedTokenException(), 401, 'Token has been revoked'],
  [new FreshTokenRequiredException(), 401, 'Fresh token required'],
  [new UserLookupException('who?'), 401, 'who?'],
  [new TokenVerificationException(), 400, 'User claims verification failed'],
  [new InvalidTokenException('broken'), 422, 'broken'],
  [new WrongTokenTypeException('wrong type'), 422, 'wrong type'],
  [new InsufficientScopeException(), 403, 'Insufficient scope'],
  [new InvalidCredentialsException(), 401, 'Bad username or password'],
  [new MalformedCredentialsException(), 400, 'Missing username or password'],
  [new RevocationUnavailableException(), 503, 'Token revocation status is unavailable'],
  [new KeysUnavailableException(), 503, 'Token verification keys are unavailable'],
];

let thrown: Error | undefined;

@Controller()
class RoutesController {
  constructor(private readonly tokens: TokenService) {}

  @JwtRequired({ fresh: true })
  @Get('fresh')
  fresh() {}

  @Get('throwing')
  throwing() {
    throw thrown ?? new Error('nothing to throw');
  }

  @Post('verify')
  verify() {
    return this.tokens.verify(forge({ exp: 1 }));
  }

  @Post('decode')
  decode() {
    return this.tokens.decodeUnverified('a.b.c');
  }

  @Get('middleware')
  behindMiddleware() {}

  @Get('begun')
  begun(@Res() response: { raw?: NodeJS.WritableStream } & NodeJS.WritableStream) {
    (response.raw ?? response).write('the beginning');
    throw new ExpiredTokenException();
  }
}

@Module({ controllers: [RoutesController] })
class RoutesModule implements NestModule {
  configure(consumer: MiddlewareConsumer) {
    const refuse = () => {
      throw new RevokedTokenException();
    };
    consumer.apply(refuse).forRoutes('middleware');
  }
}

const imports = [RoutesModule];

it('every exception is in the list', () => {
  const tested = EXCEPTIONS.map(([{ constructor }]) => constructor as unknown);
  const exported = Object.entries(library).filter(([name]) => name.endsWith('Exception'));
  expect(exported.length).toBeGreaterThan(12);
  expect(exported.filter(([, each]) => each !== JwtExtendedException && !tested.includes(each))).toEqual([]);
});

describe.each(ADAPTERS)('the library’s exceptions on %s', (adapter) => {
  describe('with the module’s filter', () => {
    const app = useJwtApp(adapter, { options: { errorMessageKey: 'error' }, imports });

    it.each(EXCEPTIONS)('%s, thrown by a handler, is answered with %d', async (exception, status, message) => {
      thrown = exception;
      const answer = await app.get('/throwing');
      expect(answer).toEqual({ status, body: { error: message } });
      expect(answer.header('WWW-Authenticate')?.startsWith('Bearer')).toBe(
        [401, 403].includes(status) ? true : undefined,
      );
      expect(answer.header('Retry-After')).toBe(status === 503 ? '1' : undefined);
    });

    it('are answered so from TokenService too', async () => {
      const expired = { status: 401, body: { error: 'Token has expired' } };
      expect(await app.send('POST', '/verify')).toEqual(expired);
      expect(await app.send('POST', '/decode')).toMatchObject({ status: 422, body: { error: expect.any(String) } });
    });

    it('are answered so from middleware too', async () => {
      expect(await app.get('/middleware')).toEqual({ status: 401, body: { error: 'Token has been revoked' } });
    });

    it('end an answer that was already begun', async () => {
      expect(await app.get('/begun')).toEqual({ status: 200, body: 'the beginning' });
    });

    it('leave the application’s own errors to Nest', async () => {
      thrown = new HttpException('own', 409);
      expect(await app.get('/throwing')).toEqual({ status: 409, body: { statusCode: 409, message: 'own' } });
    });
  });
});
