import { join } from 'node:path';
import { Controller, Get, Render, Res, type INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import fastifyView from '@fastify/view';
// @ts-expect-error -- the package has no types
import ejs from 'ejs';
import { JwtRequired, Public } from 'nestjs-jwt-extended';
import { ADAPTERS, type AdapterName } from '../../support/adapters.js';
import { forge } from '../../support/forge.js';
import { useJwtApp } from '../../support/jwt-app.js';

const VIEWS = join(import.meta.dirname, 'views');

/** Renders `who.ejs`, and a layout that the application writes itself. */
const useViews: Record<AdapterName, (app: INestApplication) => void> = {
  express(app) {
    const express = app as NestExpressApplication;
    express.engine('ejs', (ejs as { renderFile: never }).renderFile);
    express.setBaseViewsDir(VIEWS).setViewEngine('ejs');
  },
  fastify(app) {
    const fastify = app as NestFastifyApplication;
    void fastify.register(fastifyView, { engine: { ejs: ejs as unknown }, root: VIEWS, viewExt: 'ejs' });
  },
};

@JwtRequired()
@Controller()
class PagesController {
  @Render('who')
  @Get('page')
  page() {
    return {};
  }

  @JwtRequired({ optional: true })
  @Render('who')
  @Get('optional')
  optional() {
    return {};
  }

  @Public()
  @Render('who')
  @Get('open')
  open() {
    return {};
  }

  @Render('who')
  @Get('own')
  own(@Res({ passthrough: true }) response: { locals: Record<string, unknown> }) {
    response.locals.current_user = { name: 'of the application' };
    return {};
  }

  @Render('who')
  @Get('replaced')
  replaced(@Res({ passthrough: true }) response: { locals: Record<string, unknown> }) {
    response.locals = { current_user: { name: 'replaced' } };
    return {};
  }
}

describe.each(ADAPTERS)('a view on %s', (adapter) => {
  const app = useJwtApp(adapter, {
    options: { asyncContext: true, userLookup: ({ sub }) => ({ name: `<${sub}>` }) },
    controllers: [PagesController],
    prepare: useViews[adapter],
  });

  it('sees current_user: the user, null for an anonymous request and on an open route', async () => {
    expect((await app.get('/page', forge())).body).toBe('&lt;alice&gt;\n');
    expect((await app.get('/optional', forge())).body).toBe('&lt;alice&gt;\n');
    expect((await app.get('/optional')).body).toBe('nobody\n');
    expect((await app.get('/open')).body).toBe('nobody\n');
  });

  it('sees the variable of the application, if it has one', async () => {
    expect((await app.get('/own', forge())).body).toBe('of the application\n');
    expect((await app.get('/replaced', forge())).body).toBe('replaced\n');
  });
});

describe.each(ADAPTERS)('a view on %s without userLookup', (adapter) => {
  const app = useJwtApp(adapter, {
    options: { asyncContext: true },
    controllers: [PagesController],
    prepare: useViews[adapter],
  });

  it('sees the claims', async () => {
    expect((await app.get('/page', forge({ name: 'a claim' }))).body).toBe('a claim\n');
  });
});
