import { describeNineFacts } from '../support/transport-drivers/nine-facts.js';
import { tcpDriver } from '../support/transport-drivers/tcp.js';

describeNineFacts(tcpDriver);
