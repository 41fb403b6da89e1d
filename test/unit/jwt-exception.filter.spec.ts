import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Test } from '@nestjs/testing';
import { ExpiredTokenException, JwtExceptionFilter, JwtExtendedModule } from 'nestjs-jwt-extended';
import { SECRET } from '../support/forge.js';

describe('the filter', () => {
  it.each(['ws', 'rpc', 'graphql'])('passes exceptions on in a context of type %s', async (type) => {
    const imports = [JwtExtendedModule.forRoot({ secret: SECRET })];
    const filter = (await Test.createTestingModule({ imports }).compile()).get(JwtExceptionFilter);
    const host = new ExecutionContextHost([{}, {}]);
    host.setType(type);
    const exception = new ExpiredTokenException();
    expect(() => filter.catch(exception, host)).toThrow(exception);
  });
});
