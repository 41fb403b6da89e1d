import { describeExample } from './example.js';

describeExample('32-events', (example) => {
  it('counts further refusals', async () => {
    const countOf = async () => {
      const { body } = await example.request('GET /alarms');
      return (body as { refused: Record<string, number> }).refused.JWT_INVALID ?? 0;
    };
    const before = await countOf();
    await example.request('GET /orders', { token: 'a.b.c' });
    expect(await countOf()).toBe(before + 1);
  });
});
