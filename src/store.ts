export { RevocationStore } from './stores/revocation-store.js';
export type {
  Adoption,
  CurrentRefreshToken,
  EndSessions,
  LookUp,
  LookUpQuery,
  OpenOutcome,
  OpenSession,
  PresentedRefreshToken,
  RefreshOutcome,
  SessionLimits,
  SessionRecord,
  StoreWatch,
} from './stores/revocation-store.js';
