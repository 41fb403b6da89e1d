import { describeExample } from './example.js';

describeExample('40-public-routes', (example) => {
  it('protects each method of the route, and answers 404 where there is no route', async () => {
    expect((await example.request('GET /nothing')).status).toBe(404);
    expect((await example.request('HEAD /orders')).status).toBe(401);
  });

  it('refuses a wrong token on the optional route', async () => {
    expect((await example.request('GET /greeting', { token: 'a.b.c' })).status).toBe(422);
  });

  it('does not read the token of a public route', async () => {
    expect((await example.request('GET /prices', { token: 'a.b.c' })).status).toBe(200);
  });
});
