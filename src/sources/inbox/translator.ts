/**
 * The loop behind the inbox: claims deliveries, translates them, hands their events to ingest and
 * writes down what became of each together with what is remembered of their orders. Whatever it
 * repeats after a crash leaves under the same ids, so nothing counts twice. Made by main.ts.
 */
import { TwofoldError } from '../../errors.ts'
import type { Dataset } from '../../event/dataset.ts'
import {
  INBOX_CLAIM_MAX,
  INBOX_DETAIL_CHARS_MAX,
  INBOX_LEASE_MS,
  INBOX_LOOK_MS,
  RELAY_STORE_RETRY_MS,
} from '../../limits.ts'
import { backoffMs } from '../../relay/backoff.ts'
import type { ClaimedInbox, InboxSettlement, SourceRecord } from '../../store/inbox.ts'
import type { Store } from '../../store/store.ts'
import type { CommonSettings, Fact, Source } from '../source.ts'
import { orderOf } from './booked.ts'
import type { Connections } from './connections.ts'
import { createEnricher, type Enricher } from './enricher.ts'
import { type HandOverPorts, handOver } from './hand-over.ts'
import { openDelivery } from './hooks.ts'
import { aliasesIn, keysOf, namesOf, type Plan, planOf } from './plan.ts'

export interface TranslatorPorts extends HandOverPorts {
  readonly store: Pick<
    Store,
    'claimReceived' | 'endClaims' | 'settleReceived' | 'nextReceivedMs' | 'records' | 'events'
  >
  readonly connections: Pick<Connections, 'opened' | 'box'>
  readonly findDataset: (id: string) => Dataset | undefined
  readonly nowMs: () => number
  readonly random: () => number
  readonly sha256: (text: string) => string
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** To platforms: closed to private addresses. */
  readonly fetch: typeof fetch
  /** A fault of the store or of the program; no personal data. */
  readonly onTrouble: (error: unknown) => void
  /** Nobody else translates from this store: what is claimed when it starts, a dead one claimed. */
  readonly isAlone: boolean
}

export interface Translator {
  start(): void
  wake(): void
  /** Ends what is under way; what is left is translated after the next start. */
  stop(): Promise<void>
}

/** A delivery with what it says. */
interface Job {
  readonly claimed: ClaimedInbox
  readonly source: Source
  readonly settings: CommonSettings
  readonly facts: readonly Fact[]
  readonly space: string
  /** The names under which what it speaks of is remembered. */
  readonly keys: readonly string[]
}

interface Planned extends Job {
  readonly plan: Plan
}

export function createTranslator(ports: TranslatorPorts): Translator {
  const stopping = new AbortController()
  let woken = new AbortController()
  const onEnriched = (): void => woken.abort()
  const enricher = createEnricher({ ...ports, onEnriched })
  let loop: Promise<void> = Promise.resolve()
  // Whether claims may be left, of a dead forerunner or of a round that broke off: their events may
  // be counted and not remembered, so they come before whatever else is said of their orders.
  let isUnsure = ports.isAlone
  const next = async (): Promise<Next> => {
    if (isUnsure) await ports.store.endClaims()
    isUnsure = false
    return round(ports, enricher)
  }
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const { waitMs, isPause } = await next().catch((error: unknown) => {
        ports.onTrouble(error)
        isUnsure = ports.isAlone
        return { waitMs: RELAY_STORE_RETRY_MS, isPause: true }
      })
      const { signal } = isPause ? stopping : woken
      if (waitMs > 0 && !stopping.signal.aborted) await ports.sleep(waitMs, signal)
      woken = new AbortController()
    }
  }
  return {
    start: () => {
      loop = run()
    },
    wake: () => woken.abort(),
    stop: async () => {
      stopping.abort()
      woken.abort()
      await loop
      await enricher.stop()
    },
  }
}

/** How long there is nothing to do after a round. */
interface Next {
  readonly waitMs: number
  /** Something could not be taken: what arrives meanwhile wakes nobody, or it would overtake. */
  readonly isPause: boolean
}

/** One claim, to its end. */
async function round(ports: TranslatorPorts, enricher: Enricher): Promise<Next> {
  const { store, nowMs } = ports
  const startedMs = nowMs()
  const claimed = await store.claimReceived({
    now_ms: startedMs,
    lease_until_ms: startedMs + INBOX_LEASE_MS,
    limit: INBOX_CLAIM_MAX,
  })
  const [first] = claimed
  if (!first) {
    const nextMs = (await store.nextReceivedMs()) ?? Number.POSITIVE_INFINITY
    return { waitMs: Math.max(1, Math.min(INBOX_LOOK_MS, nextMs - nowMs())), isPause: false }
  }
  const { dataset_id } = first
  const dataset = ports.findDataset(dataset_id)
  const read = claimed
    .map((one) => (dataset ? jobOf(one, ports, enricher) : failed(one, 'gone', 'Gone.')))
    .filter((one) => one !== undefined)
  const ended = read.filter((one) => 'state' in one)
  await settle(ended, dataset_id, ports)
  let jobs: readonly Job[] = read.filter((one) => 'facts' in one)
  while (dataset && jobs.length > 0) {
    const { left, trouble } = await wave(jobs, dataset, ports)
    if (trouble !== undefined) return giveBack(jobs, trouble, ports)
    jobs = left
  }
  return { waitMs: 0, isPause: false }
}

/**
 * All that is not settled yet, to be tried again as it was received: a later delivery of an order
 * must not be counted before an earlier one that may be counted and not remembered.
 */
async function giveBack(
  jobs: readonly Job[],
  reason: string,
  ports: TranslatorPorts,
): Promise<Next> {
  const settlements = jobs.map(({ claimed }): InboxSettlement => {
    const { id, attempts, received_ms: due_ms } = claimed
    return { id, attempts, state: 'received', due_ms, reason }
  })
  const { dataset_id = '', attempts = 1 } = jobs[0]?.claimed ?? {}
  await settle(settlements, dataset_id, ports)
  const pauseMs = Math.ceil(backoffMs({ attempts: attempts - 1 }, ports.random))
  return { waitMs: Math.max(1, Math.min(INBOX_LOOK_MS, pauseMs)), isPause: true }
}

async function settle(
  settlements: readonly InboxSettlement[],
  dataset_id: string,
  { store, nowMs }: TranslatorPorts,
): Promise<void> {
  if (settlements.length === 0) return
  await store.settleReceived({ dataset_id, now_ms: nowMs(), settlements, records: [] })
}

function failed(
  { id, attempts }: ClaimedInbox,
  reason: string,
  detail: string,
): InboxSettlement & { readonly state: 'failed' } {
  const words = detail.slice(0, INBOX_DETAIL_CHARS_MAX)
  return { id, attempts, state: 'failed', reason, detail: words, events: [] }
}

/**
 * What a delivery says, or how it ends without saying anything. Undefined: its platform is being
 * asked for more, and it stays claimed.
 */
function jobOf(
  claimed: ClaimedInbox,
  ports: TranslatorPorts,
  enricher: Enricher,
): Job | InboxSettlement | undefined {
  const { id, attempts } = claimed
  const opened = ports.connections.opened(claimed)
  if (opened.state === 'unusable') return failed(claimed, 'settings', opened.detail)
  if (opened.state !== 'ready') return failed(claimed, 'gone', 'The connection is switched off.')
  const { source, settings } = opened
  try {
    const delivered = openDelivery(ports.connections.box, claimed, claimed.sealed)
    const whole = enricher.take({ claimed, source, settings, delivered })
    if (whole === undefined || 'state' in whole) return whole
    const said = source.translate(whole, settings)
    if ('failed' in said) return failed(claimed, said.failed, said.detail)
    if ('ignored' in said) {
      const { ignored: reason, detail } = said
      return { id, attempts, state: 'ignored', reason, ...(detail ? { detail } : {}), events: [] }
    }
    const space = `${source.name} ${settings.order_prefix}`
    const keys = keysOf(said.facts, space)
    return { claimed, source, settings, facts: said.facts, space, keys }
  } catch (error) {
    if (error instanceof TwofoldError) return failed(claimed, 'sealed', error.message)
    return defect(claimed, error, `in ${source.name}`)
  }
}

/** What is thrown may repeat what was sent, so its words are not kept. */
function defect(claimed: ClaimedInbox, error: unknown, where: string) {
  const name = error instanceof Error ? error.name : 'Error'
  return failed(claimed, 'defect', `${name} ${where}, ${claimed.topic}.`)
}

interface WaveEnd {
  readonly left: readonly Job[]
  /** Why some of it could not be taken now: a code. */
  readonly trouble: string | undefined
}

/** One delivery per order: the next one about it must see what this one made of it. */
async function wave(
  jobs: readonly Job[],
  dataset: Dataset,
  ports: TranslatorPorts,
): Promise<WaveEnd> {
  const { dataset_id } = dataset
  const known = await remembered(jobs, dataset_id, ports)
  const taken = new Set<string>()
  const now: Job[] = []
  const left: Job[] = []
  for (const job of jobs) {
    const names = [...namesOf(job.keys, known)]
    if (names.some((name) => taken.has(name))) left.push(job)
    else now.push(job)
    for (const name of names) taken.add(name)
  }
  const plans = now.map((job) => plannedOf(job, known))
  const ended = plans.filter((one) => 'state' in one)
  await settle(ended, dataset_id, ports)
  const planned = plans.filter((one) => 'plan' in one)
  return { left, trouble: await finish(planned, dataset, ports) }
}

function plannedOf(job: Job, known: ReadonlyMap<string, SourceRecord>): Planned | InboxSettlement {
  const { facts, space, settings, source, claimed } = job
  try {
    const receivedS = Math.floor(claimed.received_ms / 1000)
    return { ...job, plan: planOf(facts, { space, settings, receivedS, known }) }
  } catch (error) {
    return defect(claimed, error, `in planning, ${source.name}`)
  }
}

/** With all that the records lead to: orders that were joined lead from one to the next. */
async function remembered(jobs: readonly Job[], datasetId: string, { store }: TranslatorPorts) {
  const known = new Map<string, SourceRecord>()
  let asked = jobs.flatMap(({ keys }) => keys)
  while (asked.length > 0) {
    const found = await store.records(datasetId, [...new Set(asked)])
    for (const record of found) known.set(record.key, record)
    asked = aliasesIn(found).filter((key) => !known.has(key))
  }
  return known
}

/** Hands the events over and settles. Returns why they could not be taken now: a code. */
async function finish(
  jobs: readonly Planned[],
  dataset: Dataset,
  ports: TranslatorPorts,
): Promise<string | undefined> {
  if (jobs.length === 0) return undefined
  const { dataset_id } = dataset
  const wanted = jobs.map(({ settings, plan: { events } }) => ({ settings, events }))
  const outcomes = await handOver(wanted, dataset, ports).catch((error: unknown) =>
    error instanceof TwofoldError
      ? error
      : new TwofoldError('internal', undefined, { cause: error }),
  )
  if (outcomes instanceof TwofoldError) {
    return outcomes.code === 'internal'
      ? isolate(jobs, outcomes, { dataset, ports })
      : outcomes.code
  }
  const settlements = jobs.map(({ claimed, plan }, index): InboxSettlement => {
    const { id, attempts } = claimed
    const { events = [], refused } = outcomes[index] ?? {}
    if (refused) return { ...failed(claimed, refused.reason, refused.detail), events }
    if (events.length > 0) return { id, attempts, state: 'translated', events }
    return { id, attempts, state: 'ignored', reason: plan.reason ?? 'nothing_new', events }
  })
  // Of what was refused nothing is remembered: tried again, it is new.
  const records = jobs.flatMap(({ plan }, index) => (outcomes[index]?.refused ? [] : plan.records))
  // A book of what the shop sold: also of what ingest refuses.
  const { sha256 } = ports
  const orders = jobs.flatMap(({ plan, source: { name } }) =>
    plan.orders.map((one) => orderOf(one, { dataset, origin: 'webhook', source: name, sha256 })),
  )
  const done = { dataset_id, now_ms: ports.nowMs(), settlements, records, orders }
  const { conflict } = await ports.store.settleReceived(done)
  // Another process spoke of one of these orders meanwhile: all of it again, under the same ids.
  return conflict ? 'busy' : undefined
}

/**
 * A defect that one delivery brings out must not stop the others: each by itself, and the one that
 * it was is tried once more, later, then kept until there is a fix.
 */
async function isolate(
  jobs: readonly Planned[],
  fault: TwofoldError,
  { dataset, ports }: { readonly dataset: Dataset; readonly ports: TranslatorPorts },
): Promise<string | undefined> {
  const [first, ...others] = jobs
  if (first && others.length === 0) {
    const { claimed, source } = first
    const { id, attempts, reason } = claimed
    const again = { attempts: attempts - 1, afterMs: INBOX_LOOK_MS }
    const due_ms = Math.ceil(ports.nowMs() + backoffMs(again, ports.random))
    const end: InboxSettlement =
      reason === 'defect'
        ? defect(claimed, fault.cause, `in handing over, ${source.name}`)
        : { id, attempts, state: 'received', due_ms, reason: 'defect' }
    await settle([end], dataset.dataset_id, ports)
    return undefined
  }
  for (const job of jobs) {
    const trouble = await finish([job], dataset, ports)
    if (trouble !== undefined) return trouble
  }
  return undefined
}
