import { describeExample } from './example.js';

// Only on Nest 11: nestjs-cls is CommonJS, and Jest cannot require Nest 12 on every Node version.

describeExample('27-nestjs-cls', (example) => {
  it('runs the work of each of many requests for its own user', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `user${index}`);
    const answers = await Promise.all(
      names.map(async (username) => {
        const token = await example.tokenFrom('POST /login', { username });
        return (await example.request('GET /queued', { token })).body;
      }),
    );
    expect(answers).toEqual(names.map((name) => ({ ran_for: name })));
  });
});
