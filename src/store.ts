export { RevocationStore } from './stores/revocation-store.js';
export type {
  Adoption,
  CurrentRefreshToken,
  EndedSession,
  EndSessions,
  LookUp,
  LookUpQuery,
  NotedRevocation,
  OpenOutcome,
  OpenSession,
  PresentedRefreshToken,
  RefreshOutcome,
  RevocationNote,
  SessionLimits,
  SessionRecord,
  StoreWatch,
} from './stores/revocation-store.js';
