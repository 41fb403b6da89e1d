import { describeNineFacts } from '../support/transport-drivers/nine-facts.js';
import { redisDriver } from '../support/transport-drivers/redis.js';

describeNineFacts(redisDriver);
