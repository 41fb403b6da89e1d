import { APOLLO, graphqlDriver, MERCURIUS } from '../support/transport-drivers/graphql.js';
import { describeNineFacts } from '../support/transport-drivers/nine-facts.js';

for (const server of [APOLLO, MERCURIUS]) {
  for (const kind of ['query', 'field', 'subscription'] as const) describeNineFacts(graphqlDriver(server, kind));
}
