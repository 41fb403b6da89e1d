import { describeExample } from './example.js';

// Only on Nest 11: @nestjs/throttler is CommonJS, and Jest cannot require Nest 12 on every Node version.

const bob = { username: 'bob', password: 'secret' };

describeExample('23-throttling', (example) => {
  it('limits each user on their own, and the attempts to log in by address', async () => {
    const token = await example.tokenFrom('POST /auth', bob);
    const statuses: number[] = [];
    for (let sent = 0; sent < 4; sent++) statuses.push((await example.request('GET /orders', { token })).status);
    // The commands of the comment have used up the limit of alice.
    expect(statuses).toEqual([200, 200, 200, 429]);
    const attempts: number[] = [];
    for (let sent = 0; sent < 5; sent++)
      attempts.push((await example.request('POST /auth', { body: { ...bob, password: 'wrong' } })).status);
    // One attempt of the commands, one of this test, and three more.
    expect(attempts).toEqual([401, 401, 401, 429, 429]);
  });
});
