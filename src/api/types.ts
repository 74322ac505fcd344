/**
 * The API's requests and answers as types, for the Events Manager and the command line: nothing
 * here exists at run time. Made from schemas.ts, so that page, CLI and OpenAPI cannot disagree.
 */
import type { z } from 'zod'
import type * as refused from '../access/oidc-refused.ts'
import type * as alerts from './alerts-schemas.ts'
import type * as catalog from './catalog-schemas.ts'
import type { consentRecordSchema } from './consents-schema.ts'
import type { datasetHealthSchema } from './dataset-health-schema.ts'
import type * as outgoing from './destination-schemas.ts'
import type * as diagnostics from './diagnostics-schemas.ts'
import type { doctorSchema } from './doctor-schemas.ts'
import type * as domains from './domain-schemas.ts'
import type * as names from './event-names-schemas.ts'
import type * as log from './event-schemas.ts'
import type * as exported from './exports-schemas.ts'
import type * as history from './history-schemas.ts'
import type * as integration from './integration-schemas.ts'
import type * as measured from './measured-match-schemas.ts'
import type * as offline from './offline-schemas.ts'
import type * as oidc from './oidc-schemas.ts'
import type * as passkeys from './passkey-schemas.ts'
import type * as people from './people-schemas.ts'
import type * as quality from './quality-schemas.ts'
import type * as reconcile from './reconcile-schemas.ts'
import type * as replays from './replay-schemas.ts'
import type * as rules from './rule-schemas.ts'
import type * as samples from './sample-schemas.ts'
import type * as schemas from './schemas.ts'
import type * as incoming from './source-schemas.ts'

export type DatasetView = z.infer<typeof schemas.datasetSchema>
export type DatasetsAnswer = z.infer<typeof schemas.datasetsSchema>
export type DatasetCreateRequest = z.input<typeof schemas.datasetCreateSchema>
export type DatasetPatchRequest = Partial<DatasetCreateRequest>
export type DatasetCreated = z.infer<typeof schemas.datasetCreatedSchema>
export type DomainShown = z.infer<typeof domains.domainSchema>
export type DomainsAnswer = z.infer<typeof domains.domainsSchema>
export type TokenView = z.infer<typeof schemas.tokenSchema>
export type TokensAnswer = z.infer<typeof schemas.tokensSchema>
export type TokenCreateRequest = z.input<typeof schemas.tokenCreateSchema>
export type TokenCreated = z.infer<typeof schemas.tokenCreatedSchema>
export type SetupRequest = z.input<typeof people.setupSchema>
export type SignInRequest = z.input<typeof people.signInSchema>
export type OneTimeLink = z.infer<typeof people.linkSchema>
export type SessionView = z.infer<typeof people.sessionSchema>
export type Account = z.infer<typeof people.accountSchema>
export type AccountPatchRequest = z.input<typeof people.accountPatchSchema>
export type PasswordChangeRequest = z.input<typeof people.passwordChangeSchema>
export type AccountSessions = z.infer<typeof people.accountSessionsSchema>
export type PasskeyView = z.infer<typeof passkeys.passkeySchema>
export type PasskeysAnswer = z.infer<typeof passkeys.passkeysSchema>
export type PasskeyOptions = z.infer<typeof passkeys.passkeyOptionsSchema>
export type IdentityView = z.infer<typeof oidc.identitySchema>
export type IdentitiesAnswer = z.infer<typeof oidc.identitiesSchema>
export type OidcStartRequest = z.input<typeof oidc.oidcStartSchema>
export type OidcAddress = z.infer<typeof oidc.oidcAddressSchema>
export type OidcProblem = refused.OidcProblem
export type BusinessView = z.infer<typeof people.businessSchema>
export type BusinessesAnswer = z.infer<typeof people.businessesSchema>
export type MemberView = z.infer<typeof people.memberSchema>
export type MembersAnswer = z.infer<typeof people.membersSchema>
export type InvitationView = z.infer<typeof people.invitationSchema>
export type InvitationsAnswer = z.infer<typeof people.invitationsSchema>
export type InviteRequest = z.input<typeof people.inviteSchema>
export type Invited = z.infer<typeof people.invitedSchema>
export type InvitationShown = z.infer<typeof people.invitationShownSchema>
export type AcceptRequest = z.input<typeof people.acceptSchema>
export type PersonView = z.infer<typeof people.personSchema>
export type PeopleAnswer = z.infer<typeof people.peopleSchema>
export type HistoryEntryView = z.infer<typeof history.historyEntrySchema>
export type HistoryAnswer = z.infer<typeof history.historySchema>
export type RoleName = MemberView['role']
export type Summary = z.infer<typeof schemas.summarySchema>
export type SummaryEvent = Summary['by_event'][number]
export type Timeline = z.infer<typeof schemas.timelineSchema>
export type FindingView = z.infer<typeof schemas.findingSchema>
export type LegView = z.infer<typeof schemas.legSchema>
export type EventView = z.infer<typeof schemas.eventSchema>
export type ConsentRecord = z.infer<typeof consentRecordSchema>
export type OpenFindings = z.infer<typeof diagnostics.openFindingsSchema>
export type TestEventsRequest = z.input<typeof samples.sampleRequestSchema>
export type TestLink = z.infer<typeof samples.testLinkSchema>
export type SamplesSent = z.infer<typeof samples.samplesSentSchema>
export type DatasetHealth = z.infer<typeof datasetHealthSchema>
export type EventNamesAnswer = z.infer<typeof names.eventNamesSchema>
export type EventDetails = z.infer<typeof names.eventDetailsSchema>
export type EventStory = z.infer<typeof log.eventStorySchema>
export type EventExportRow = z.infer<typeof log.eventRowSchema>
export type EventsAnswer = z.infer<typeof schemas.eventsSchema>
export type DoctorAnswer = z.infer<typeof doctorSchema>
export type StatusAnswer = z.infer<typeof schemas.statusSchema>
export type DemoAnswer = z.infer<typeof schemas.demoSchema>
export type RuleState = z.infer<typeof rules.ruleStateSchema>
export type RuleVersionView = z.infer<typeof rules.ruleVersionSchema>
export type RuleVersionsAnswer = z.infer<typeof rules.ruleVersionsSchema>
export type RuleDraftRequest = z.input<typeof rules.ruleDraftRequestSchema>
export type RulePublishRequest = z.input<typeof rules.rulePublishRequestSchema>
export type RuleRollbackRequest = z.input<typeof rules.ruleRollbackRequestSchema>
export type RuleTryRequest = z.input<typeof rules.ruleTryRequestSchema>
export type RuleCheck = z.infer<typeof rules.ruleCheckSchema>
export type RuleTrial = z.infer<typeof rules.ruleTrialSchema>
export type RuleVocabulary = z.infer<typeof rules.ruleVocabularySchema>
export type ExportAnswer = z.infer<typeof exported.exportSchema>
export type ExportsAnswer = z.infer<typeof exported.exportsSchema>
export type ReplayRequest = z.input<typeof replays.replayRequestSchema>
export type ReplayAnswer = z.infer<typeof replays.replaySchema>
export type ReplaysAnswer = z.infer<typeof replays.replaysSchema>
export type ErrorAnswer = z.infer<typeof schemas.errorSchema>
export type DestinationTypesAnswer = z.infer<typeof outgoing.destinationTypesSchema>
export type DestinationTypeView = DestinationTypesAnswer['types'][number]
export type DestinationCreateRequest = z.input<typeof outgoing.destinationCreateSchema>
export type DestinationPatchRequest = z.input<typeof outgoing.destinationPatchSchema>
export type DestinationShown = z.infer<typeof outgoing.destinationSchema>
export type DestinationsAnswer = z.infer<typeof outgoing.destinationsSchema>
export type LegsPolicyView = DestinationShown['legs']
export type DestinationTestRequest = z.input<typeof outgoing.destinationTestSchema>
export type DestinationTested = z.infer<typeof outgoing.testedSchema>
export type DeliveryStateView = z.infer<typeof outgoing.deliveryStateSchema>
export type DeliveryView = z.infer<typeof outgoing.deliverySchema>
export type DeliveriesAnswer = z.infer<typeof outgoing.deliveriesSchema>
export type DeliveryStory = z.infer<typeof outgoing.deliveryStorySchema>
export type RequeueRequest = z.input<typeof outgoing.requeueSchema>
export type RequeuedAnswer = z.infer<typeof outgoing.requeuedSchema>
export type RetryAnswer = z.infer<typeof outgoing.retrySchema>
export type MatchQualityAnswer = z.infer<typeof quality.qualitySchema>
export type EventQuality = MatchQualityAnswer['events'][number]
export type MeasuredMatchAnswer = z.infer<typeof measured.measuredMatchSchema>
export type RemoteQualityAnswer = z.infer<typeof quality.remoteQualitySchema>
export type DeduplicationAnswer = z.infer<typeof quality.deduplicationSchema>
export type UnpairedSamplesAnswer = z.infer<typeof quality.unpairedSamplesSchema>
export type LossAnswer = z.infer<typeof quality.lossReportSchema>
export type IntegrationsAnswer = z.infer<typeof integration.integrationsSchema>
export type IntegrationView = IntegrationsAnswer['integrations'][number]
export type ReconciliationAnswer = z.infer<typeof reconcile.reconciliationSchema>
export type ReconciliationSums = ReconciliationAnswer['total']
export type DayRowsAnswer = z.infer<typeof reconcile.dayRowsSchema>
export type SendMissingRequest = z.input<typeof reconcile.sendRequestSchema>
export type SentAnswer = z.infer<typeof reconcile.sentSchema>
export type OrderImportAnswer = z.infer<typeof reconcile.importReportSchema>
export type OrderImportsAnswer = z.infer<typeof reconcile.importsSchema>
export type CatalogAnswer = z.infer<typeof catalog.catalogStateSchema>
export type CatalogImportAnswer = z.infer<typeof catalog.catalogImportSchema>
export type CatalogSourceAnswer = z.infer<typeof catalog.catalogSourceSchema>
export type CatalogSourceRequest = z.input<typeof catalog.catalogSourceRequestSchema>
export type CatalogReportAnswer = z.infer<typeof catalog.catalogReportSchema>
export type PersonProductsAnswer = z.infer<typeof catalog.personProductsSchema>
export type ProductsAnswer = z.infer<typeof catalog.productsSchema>
export type OfflineStateAnswer = z.infer<typeof offline.offlineStateSchema>
export type OfflineImportAnswer = z.infer<typeof offline.offlineReportSchema>
export type OfflineSaleRequest = z.input<typeof offline.offlineSaleSchema>
export type OfflineSaleAnswer = z.infer<typeof offline.offlineOutcomeSchema>
export type SourceTypesAnswer = z.infer<typeof incoming.sourceTypesSchema>
export type SourceTypeView = SourceTypesAnswer['types'][number]
export type ConnectionCreateRequest = z.input<typeof incoming.connectionCreateSchema>
export type ConnectionPatchRequest = z.input<typeof incoming.connectionPatchSchema>
export type ConnectionShown = z.infer<typeof incoming.connectionSchema>
export type PollRequest = z.input<typeof incoming.pollRequestSchema>
export type ConnectionsAnswer = z.infer<typeof incoming.connectionsSchema>
export type ConnectionMadeAnswer = z.infer<typeof incoming.connectionMadeSchema>
export type SourceDeliveryView = z.infer<typeof incoming.inboxDeliverySchema>
export type SourceDeliveriesAnswer = z.infer<typeof incoming.inboxSchema>
export type SourceRetryRequest = z.input<typeof incoming.inboxRetrySchema>
export type SourceRetriedAnswer = z.infer<typeof incoming.inboxRetriedSchema>
export type DiagnosticsAnswer = z.infer<typeof diagnostics.diagnosticsSchema>
export type Diagnostic = z.infer<typeof diagnostics.diagnosticSchema>
export type MuteRequest = z.input<typeof diagnostics.muteRequestSchema>
export type AlertsAnswer = z.infer<typeof alerts.alertsSchema>
export type AlertsChange = z.input<typeof alerts.alertChangeSchema>
export type AlertTest = z.infer<typeof alerts.alertTestSchema>
