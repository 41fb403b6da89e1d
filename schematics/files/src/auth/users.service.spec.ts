import { UsersService } from './users.service.js';

describe('UsersService', () => {
  const users = new UsersService();

  it('finds a user by name and password', async () => {
    const ada = await users.create('ada', 'correct horse');
    expect(await users.verify('ada', 'correct horse')).toEqual(ada);
  });

  it('refuses a wrong password and an unknown name', async () => {
    expect(await users.verify('ada', 'wrong')).toBeNull();
    expect(await users.verify('bob', 'correct horse')).toBeNull();
  });
});
