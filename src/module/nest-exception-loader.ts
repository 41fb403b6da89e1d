import type { Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { RPC_MARK, SOCKET_MARK } from '../routes/nest-metadata.js';
import { loadNestException } from '../transports/nest-exceptions.js';
import { hasMark, isGateway, messageClassesOf } from './message-classes.js';

/**
 * Loads `RpcException` and `WsException` for an application with handlers of messages. Nest awaits a provider before the
 * application is created, so the classes are there before the first message.
 */
export const NEST_EXCEPTIONS: Provider = {
  provide: Symbol('nestjs-jwt-extended.nest-exceptions'),
  inject: [ModulesContainer],
  useFactory: async (modules: ModulesContainer): Promise<null> => {
    const classes = [...modules.values()].flatMap(messageClassesOf);
    if (classes.some((each) => hasMark(each, [RPC_MARK]))) await loadNestException('rpc');
    if (classes.some((each) => isGateway(each) || hasMark(each, [SOCKET_MARK]))) await loadNestException('ws');
    return null;
  },
};
