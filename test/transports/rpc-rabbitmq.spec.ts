import { describeNineFacts } from '../support/transport-drivers/nine-facts.js';
import { rabbitmqDriver } from '../support/transport-drivers/rabbitmq.js';

describeNineFacts(rabbitmqDriver);
