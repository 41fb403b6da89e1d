import { TokenService } from 'nestjs-jwt-extended';
import { OrdersService } from '../../examples/54-current-user-anywhere/orders.service.js';
import { describeExample } from './example.js';

describeExample('54-current-user-anywhere', (example) => {
  const service = () => example.app.get(OrdersService, { strict: false });
  const tokenOf = (name: string) => example.app.get(TokenService, { strict: false }).createAccessToken(name);

  it('has the user of the token in a job without a request', async () => {
    await expect(service().report({ token: await tokenOf('bob') })).resolves.toEqual({ owner: 'bob' });
    await expect(service().report({ token: 'a.b.c' })).rejects.toThrow('Invalid header padding');
  });

  it('throws an error outside of a request', () => {
    expect(() => service().list()).toThrow(Error);
  });

  it('has another user in each of many requests at the same time', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `user-${index}`);
    const answers = await Promise.all(
      names.map(async (name) => (await example.request('GET /orders', { token: await tokenOf(name) })).body),
    );
    expect(answers).toEqual(names.map((owner) => ({ owner })));
  });
});
