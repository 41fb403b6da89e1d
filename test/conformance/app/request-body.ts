import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

/** The members of a JSON body. A request without a JSON body has none, as in the recorded application. */
export const BodyMembers = createParamDecorator((_data: unknown, context: ExecutionContext): object => {
  const { body } = context.switchToHttp().getRequest<{ body?: unknown }>();
  return typeof body === 'object' && body !== null ? body : {};
});
