// For tsc: what a subpath exports resolves to types here too.
export { describeRevocationStore } from 'nestjs-jwt-extended/testing';
export { RevocationStore, type LookUp } from 'nestjs-jwt-extended/store';
export { SqlRevocationStore, type SqlQuery } from 'nestjs-jwt-extended/sql';
