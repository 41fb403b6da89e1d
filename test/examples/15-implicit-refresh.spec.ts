import { useTestClock } from '../support/clock.js';
import { describeExample } from './example.js';

const clock = useTestClock();

describeExample('15-implicit-refresh', (example) => {
  it('sets a new cookie in the last 30 minutes of the token, and none before', async () => {
    const { setCookies } = await example.request('POST /login');
    const headers = [['Cookie', setCookies.map((line) => line.split(';')[0]).join('; ')]] as const;
    clock.advance(29 * 60);
    expect((await example.request('GET /protected', { headers })).setCookies).toEqual([]);
    clock.advance(2 * 60);
    const { setCookies: renewed } = await example.request('GET /protected', { headers });
    expect(renewed.join('\n')).toContain('access_token_cookie=eyJ');
  });
});
