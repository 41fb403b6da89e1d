import { useTestClock } from '../support/clock.js';
import { describeExample } from './example.js';

const clock = useTestClock();

describeExample('14-freshness', (example) => {
  it('refuses the token of a log-in after five minutes', async () => {
    const token = await example.tokenFrom('POST /login', { username: 'alice' });
    clock.advance(299);
    expect((await example.request('POST /password', { token })).status).toBe(200);
    clock.advance(2);
    expect((await example.request('POST /password', { token })).body).toEqual({ msg: 'Fresh token required' });
  });
});
