import { describeNineFacts } from '../support/transport-drivers/nine-facts.js';
import { mqttDriver } from '../support/transport-drivers/mqtt.js';

describeNineFacts(mqttDriver);
