/**
 * What the API needs from the rest of the server, and the little state it keeps itself. main.ts
 * fills the ports; api.ts makes the context; every route's `run` gets it.
 */
import type { FastifyRequest } from 'fastify'
import type { Access } from '../access/access.ts'
import type { Attempts } from '../access/attempts.ts'
import type { Domains } from '../access/domains.ts'
import type { History } from '../access/history.ts'
import type { Finding, Leg } from '../event/shape.ts'
import type { Reconciler } from '../reconcile/view.ts'
import type { Replays } from '../relay/replay-view.ts'
import type {
  DestinationPreview,
  DestinationSettings,
  RelayControl,
  RemoteScores,
} from '../relay/view.ts'
import type { RuleBook } from '../rules/rule-book.ts'
import type { Catalogs } from '../sources/catalog/view.ts'
import type { ConnectionSettings, ConnectionView, HookStatus } from '../sources/inbox/view.ts'
import type { Offline } from '../sources/offline/view.ts'
import type { Polls } from '../sources/polling/view.ts'
import type { Store } from '../store/store.ts'
import type { Alerts, Diagnostics } from '../watch/view.ts'
import type { ExportBook } from './export-book.ts'
import type { Live } from './live.ts'
import type { MatchMeasurer } from './match-measurer.ts'
import type { SampleReport } from './sample-reports.ts'

export interface SamplesToSend {
  readonly dataset_id: string
  readonly reports: readonly SampleReport[]
  readonly test_event_code?: string
}

/** What became of one report. */
export interface SampleFate extends Pick<Leg, 'seq' | 'verdict' | 'reason' | 'matched_by'> {
  readonly findings?: readonly Finding[]
  /** Of a refused one. */
  readonly message?: string
}

/** One answer per report, in order. Throws what ingest throws, and `dataset_not_found`. */
export interface SampleDoor {
  /** In, like every event; answers when they are stored. */
  send(samples: SamplesToSend): Promise<readonly SampleFate[]>
  /** What would become of them, if they counted and came alone. Stores nothing. */
  rehearse(samples: SamplesToSend): Promise<readonly SampleFate[]>
}

/** Where an integration is to run. */
export interface IntegrationPlace {
  /** Origin of this server, as shops reach it. */
  readonly origin: string
  readonly datasetId: string
  /** Those that are switched on: what they set must hold in the shop as well. */
  readonly connections: readonly Pick<ConnectionView, 'source' | 'settings' | 'path'>[]
}

export interface Integration {
  readonly name: string
  readonly title: string
  readonly about: string
  /** The kind of source that it goes with. */
  readonly source?: string
  readonly steps: readonly string[]
  readonly warning?: string
  readonly files: readonly {
    readonly label: string
    readonly name: string
    readonly text: string
    /** A file to import, not a text to paste. */
    readonly isImported: boolean
  }[]
  /** Name of the zip file. */
  readonly archive: string | null
  readonly archiveAbout?: string
}

export interface Integrations {
  list(place: IntegrationPlace): readonly Integration[]
  /** Undefined where there is none. */
  archiveOf(name: string, place: IntegrationPlace): { name: string; bytes: Buffer } | undefined
}

export interface ApiPorts {
  readonly store: Store
  readonly access: Access
  readonly domains: Domains
  readonly history: Pick<History, 'record' | 'page' | 'recordNow'>
  readonly live: Live
  readonly samples: SampleDoor
  /** Of links to a page of a shop, signed by this server. */
  readonly testCodes: { make(datasetId: string, counts: boolean): string }
  readonly destinations: DestinationSettings
  readonly relay: RelayControl
  readonly preview: DestinationPreview
  readonly replays: Replays
  readonly remoteScores: RemoteScores
  readonly rules: RuleBook
  readonly connections: ConnectionSettings
  readonly hooks: HookStatus
  readonly polls: Polls
  readonly integrations: Integrations
  /** Deliveries were made due again. */
  wakeInbox(): void
  readonly reconciler: Reconciler
  readonly offline: Offline
  readonly catalogs: Catalogs
  readonly diagnostics: Diagnostics
  readonly alerts: Alerts
  nowMs(): number
  /** Makes the demo shop and its dataset, or returns those that are there. */
  startDemo(): Promise<{ url: string; dataset_id: string }>
  /** A path beside the data, for files of a moment. */
  tempFile(name: string): string
  health(): { ok: boolean; reason?: string; queue: number }
  readonly version: string
  /** Where a request comes from, with what trusted proxies say of it. */
  clientOf(request: FastifyRequest): { address: string; https: boolean }
  /** The address people and pixels use, when it is not the one asked for. */
  readonly publicUrl: string | undefined
  /** Whoever is signed out gets in by the link that the demo printed when it started. */
  readonly isDemo: boolean
  /** Calls `run` again and again; returns what stops it. */
  every(ms: number, run: () => void): () => void
}

export interface Context extends ApiPorts {
  readonly attempts: Attempts
  readonly measurer: MatchMeasurer
  readonly exports: ExportBook
  /** Open live streams, to be ended when the server stops. */
  readonly streams: Set<() => void>
  /** Refuses with `busy` while work of the same name runs. */
  readonly alone: <T>(name: string, work: () => Promise<T>) => Promise<T>
  readonly openApi: () => unknown
}
