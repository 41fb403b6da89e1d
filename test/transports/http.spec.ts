import { ADAPTERS } from '../support/adapters.js';
import { httpDriver } from '../support/transport-drivers/http.js';
import { describeNineFacts } from '../support/transport-drivers/nine-facts.js';

ADAPTERS.forEach((adapter) => describeNineFacts(httpDriver(adapter)));
