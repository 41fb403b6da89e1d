import { describeNineFacts } from '../support/transport-drivers/nine-facts.js';
import { natsDriver } from '../support/transport-drivers/nats.js';

describeNineFacts(natsDriver);
