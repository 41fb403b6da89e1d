import { Test } from '@nestjs/testing';
import { JwtAuthenticator, type TokenPair } from 'nestjs-jwt-extended';
import { ExampleProject } from '../docs/example-project.js';
import { readPage } from '../docs/page.js';

process.env.JWT_SECRET_KEY = '0123456789abcdef0123456789abcdef';

const project = new ExampleProject(readPage('README.md').blocks);
afterAll(() => project.remove());

it('the example with ModuleRef starts, and its userLookup finds the user of the service', async () => {
  const { UsersModule, UsersService } = await import(project.path('src/users.module.ts'));
  const module = await Test.createTestingModule({ imports: [UsersModule] }).compile();
  const pair: TokenPair = await module.get(UsersService).logIn('alice');
  const authenticator = module.get(JwtAuthenticator, { strict: false });
  expect(await authenticator.authenticateToken(pair.accessToken)).toMatchObject({ user: { username: 'alice' } });
});
