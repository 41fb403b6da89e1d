import { Controller, Get, Header, type ExecutionContext, type Type } from '@nestjs/common';
import { CurrentUser, JwtRequired } from 'nestjs-jwt-extended';
import { readParameter } from '../execution.js';
import { EveryMethod, routeAt } from './every-method.js';

const HTML_ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;' };

class Me extends EveryMethod {
  protected answer(context: ExecutionContext): object {
    return { user: readParameter(CurrentUser(), context) };
  }
}

@Controller('template')
class Template {
  /** Prints the current user, because Nest has no templates. */
  @Get()
  @Header('Content-Type', 'text/html')
  @JwtRequired()
  print(@CurrentUser() user: unknown): string {
    return JSON.stringify(user).replace(/[&<>"]/g, (character) => HTML_ENTITIES[character] as string);
  }
}

export const userRoutes: readonly Type[] = [
  routeAt('/me', Me, {}),
  routeAt('/optional-me', Me, { optional: true }),
  Template,
];
