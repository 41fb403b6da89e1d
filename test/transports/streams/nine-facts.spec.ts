import { ADAPTERS } from '../../support/adapters.js';
import { describeNineFacts } from '../../support/transport-drivers/nine-facts.js';
import { serverSentEventsDriver } from '../../support/transport-drivers/server-sent-events.js';

for (const adapter of ADAPTERS) describeNineFacts(serverSentEventsDriver(adapter));
