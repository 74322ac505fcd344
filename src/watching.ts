/**
 * Puts the watch together for main.ts: what reads the evidence, what keeps the findings, and when
 * it looks. Knows the parts, decides nothing.
 */
import type { Access } from './access/access.ts'
import type { TokenRecord } from './access/tokens.ts'
import type { SmtpSettings } from './config.ts'
import type { RivalFacts, TokenFacts } from './quality/diagnostics/evidence.ts'
import type { DestinationSettings, RelayControl } from './relay/view.ts'
import type { SecretBox } from './secret-box.ts'
import { POLL_KIND, type PollState } from './sources/polling/poll-states.ts'
import type { Store } from './store/store.ts'
import { createAlertBook } from './watch/alert-book.ts'
import { type AlertDesk, createAlerts } from './watch/alerts.ts'
import { createEvidenceReader } from './watch/evidence-reader.ts'
import { createFindingBook } from './watch/finding-book.ts'
import { createMailer } from './watch/mailer.ts'
import { createWatch, type Watch } from './watch/watch.ts'

export interface WatchingPorts {
  readonly store: Store
  readonly access: Pick<
    Access,
    'datasets' | 'findDataset' | 'tokens' | 'tokenUsedMs' | 'businessOf'
  >
  readonly destinations: Pick<DestinationSettings, 'list'>
  readonly relay: Pick<RelayControl, 'alarms' | 'lanes'>
  readonly nowMs: () => number
  readonly clockMs: () => number
  readonly every: (ms: number, run: () => void) => () => void
  readonly onTrouble: (error: unknown, words: string) => void
  readonly box: SecretBox
  /** Guarded: not into private networks, no redirects. */
  readonly fetch: typeof fetch
  readonly smtp: SmtpSettings | undefined
  readonly publicUrl: string | undefined
}

export interface Watching {
  readonly diagnostics: Watch
  readonly alerts: AlertDesk
  start(): void
  stop(): Promise<void>
  removeDataset(datasetId: string): Promise<void>
}

export async function openWatch(ports: WatchingPorts): Promise<Watching> {
  const { store, access, destinations, relay, nowMs } = ports
  const reader = createEvidenceReader({
    store,
    destinations,
    relay,
    tokensOf: (id) => {
      const own = access.tokens().filter(({ dataset_id }) => dataset_id === id)
      const successorOf = ({ replaced_by }: TokenRecord) =>
        replaced_by === null ? undefined : own.find((one) => one.id === replaced_by)
      return own.map((token) => factsOf(token, access.tokenUsedMs(token.id), successorOf(token)))
    },
    rivalsOf: (id) => rivalsOf(id, store),
    nowMs,
    upSinceMs: nowMs(),
  })
  const book = await createFindingBook({ store, nowMs })
  const alerts = createAlerts({
    book: await createAlertBook({ store, box: ports.box }),
    ...{ nowMs, fetch: ports.fetch, publicUrl: ports.publicUrl },
    ...{ datasets: access.datasets, findDataset: access.findDataset },
    sendMail: ports.smtp && createMailer(ports.smtp),
    businessOf: access.businessOf,
    findingsOf: book.of,
    every: ports.every,
    onTrouble: ports.onTrouble,
  })
  const diagnostics = createWatch({
    ...{ reader, book, nowMs, clockMs: ports.clockMs },
    ...{ datasets: access.datasets, findDataset: access.findDataset },
    every: ports.every,
    onPass: alerts.onPass,
    onTrouble: ports.onTrouble,
  })
  return {
    ...{ diagnostics, alerts },
    start: () => {
      diagnostics.start()
      alerts.start()
    },
    stop: async () => {
      await diagnostics.stop()
      await alerts.stop()
    },
    removeDataset: async (id) => {
      await diagnostics.forget(id)
      await alerts.forget(id)
    },
  }
}

/** What is not known is left out. */
function factsOf(
  token: TokenRecord,
  last_used_ms: number | undefined,
  successor: TokenRecord | undefined,
): TokenFacts {
  const { id, name, purpose, created_at_ms, expires_at_ms } = token
  return {
    ...{ id, name, purpose, created_at_ms },
    ...(expires_at_ms ? { expires_at_ms } : {}),
    ...(last_used_ms ? { last_used_ms } : {}),
    ...(successor ? { replaced_at_ms: successor.created_at_ms } : {}),
  }
}

/** What asking its shops found beside their orders. */
async function rivalsOf(
  datasetId: string,
  store: Pick<Store, 'getSettings'>,
): Promise<readonly RivalFacts[]> {
  const documents = (await store.getSettings(POLL_KIND)).map(({ value }) => value as PollState)
  return documents.flatMap(({ dataset_id, of, meta_pixels: pixels = [] }) =>
    dataset_id === datasetId && pixels.length > 0
      ? [{ shop: URL.parse(of)?.origin ?? of, pixels }]
      : [],
  )
}
