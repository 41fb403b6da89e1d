// For tsc: what a subpath exports resolves to types here too.
export { describeRevocationStore } from 'nestjs-jwt-extended/testing';
