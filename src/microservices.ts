export { withToken } from './microservices/with-token.js';
export type { TokenClient } from './microservices/token-client.js';
export type { GrpcMetadataLike, KafkaMessageLike } from './microservices/records.js';
export type { WithTokenOptions } from './microservices/credential.js';
