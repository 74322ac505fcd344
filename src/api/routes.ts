/** The route table: everything under /api. api.ts serves it, openapi.ts describes it. */
import { accountRoutes } from './account.ts'
import { alertRoutes } from './alerts.ts'
import { backupRoutes } from './backup.ts'
import { businessRoutes } from './businesses.ts'
import { catalogRoutes } from './catalog.ts'
import { consentRoutes } from './consents.ts'
import { datasetHealthRoutes } from './dataset-health.ts'
import { datasetRoutes } from './datasets.ts'
import { deduplicationRoutes } from './deduplication.ts'
import { deliveryRoutes } from './deliveries.ts'
import { destinationRoutes } from './destinations.ts'
import { diagnosticRoutes } from './diagnostics.ts'
import { doctorRoutes } from './doctor.ts'
import { domainRoutes } from './domains.ts'
import { eventExportRoutes } from './event-export.ts'
import { eventNameRoutes } from './event-names.ts'
import { eventStoryRoutes } from './event-story.ts'
import { eventRoutes } from './events.ts'
import { exportRoutes } from './exports.ts'
import { findingRoutes } from './findings.ts'
import { historyRoutes } from './history.ts'
import { instanceRoutes } from './instance.ts'
import { integrationRoutes } from './integrations.ts'
import { invitationRoutes } from './invitations.ts'
import { liveRoutes } from './live-stream.ts'
import { lossRoutes } from './loss.ts'
import { measuredMatchRoutes } from './measured-match.ts'
import { offlineRoutes } from './offline.ts'
import { oidcRoutes } from './oidc.ts'
import { passkeyRoutes } from './passkeys.ts'
import { personProductRoutes } from './person-products.ts'
import { qualityRoutes } from './quality.ts'
import { reconcileRoutes } from './reconcile.ts'
import { replayRoutes } from './replays.ts'
import { reportRoutes } from './reports.ts'
import type { Route } from './route.ts'
import { ruleRoutes } from './rules.ts'
import { sessionRoutes } from './session.ts'
import { sourceRoutes } from './sources.ts'
import { testEventRoutes } from './test-events.ts'
import { tokenRoutes } from './tokens.ts'

export const ROUTES: readonly Route[] = [
  ...sessionRoutes,
  ...accountRoutes,
  ...passkeyRoutes,
  ...oidcRoutes,
  ...businessRoutes,
  ...invitationRoutes,
  ...datasetRoutes,
  ...datasetHealthRoutes,
  ...domainRoutes,
  ...reportRoutes,
  ...qualityRoutes,
  ...measuredMatchRoutes,
  ...deduplicationRoutes,
  ...lossRoutes,
  ...diagnosticRoutes,
  ...findingRoutes,
  ...alertRoutes,
  ...eventRoutes,
  ...eventNameRoutes,
  ...eventExportRoutes,
  ...exportRoutes,
  ...eventStoryRoutes,
  ...consentRoutes,
  ...liveRoutes,
  ...testEventRoutes,
  ...destinationRoutes,
  ...deliveryRoutes,
  ...ruleRoutes,
  ...replayRoutes,
  ...sourceRoutes,
  ...integrationRoutes,
  ...reconcileRoutes,
  ...offlineRoutes,
  ...catalogRoutes,
  ...personProductRoutes,
  ...tokenRoutes,
  ...historyRoutes,
  ...doctorRoutes,
  ...backupRoutes,
  ...instanceRoutes,
]
