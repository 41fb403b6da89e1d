import { Controller, Get } from '@nestjs/common';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { JwtEvents, JwtRequired, MemoryRevocationStore } from 'nestjs-jwt-extended';
import { forge } from '../support/forge.js';
import { withJwtApp } from '../support/jwt-app.js';

@Controller()
class CountedController {
  @JwtRequired()
  @Get('counted')
  counted() {
    return {};
  }
}

const setup = () => ({
  controllers: [CountedController],
  options: { revocation: { store: new MemoryRevocationStore() } },
});

describe('the counters of OpenTelemetry', () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  afterEach(() => metrics.disable());
  afterAll(() => provider.shutdown());

  /** The values of the counters, by name. */
  async function counted(): Promise<Record<string, unknown[]>> {
    exporter.reset();
    await provider.forceFlush();
    const all = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
    const own = all.filter(({ scope }) => scope.name === 'nestjs-jwt-extended').flatMap((scope) => scope.metrics);
    return Object.fromEntries(
      own.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ attributes, value }) => ({ ...attributes, value })),
      ]),
    );
  }

  it('count the events, and no attribute has the identity', async () => {
    metrics.setGlobalMeterProvider(provider);
    await withJwtApp('express', setup(), async (app) => {
      const { accessToken, refreshToken } = await app.tokens.createTokenPair('alice');
      await app.get('/counted');
      await app.get('/counted');
      await app.get('/counted', forge({ exp: 1 }));
      await app.tokens.revoke(accessToken);
      await app.tokens.revoke(refreshToken);
      const values = await counted();
      expect(values).toEqual({
        'jwt.tokens.issued': [
          { 'jwt.token.type': 'access', value: 1 },
          { 'jwt.token.type': 'refresh', value: 1 },
        ],
        'jwt.tokens.refused': [
          { 'jwt.code': 'JWT_MISSING', value: 2 },
          { 'jwt.code': 'JWT_EXPIRED', value: 1 },
        ],
        'jwt.tokens.revoked': [
          { 'jwt.revoked': 'token', value: 1 },
          { 'jwt.revoked': 'session', value: 1 },
        ],
      });
      expect(JSON.stringify(values)).not.toContain('alice');
    });
  });

  it('do not listen without an SDK, so no event is created', async () => {
    await withJwtApp('express', setup(), (app) => {
      expect(app.resolve(JwtEvents).isObserved).toBe(false);
      return Promise.resolve();
    });
  });
});
