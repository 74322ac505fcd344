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
import type { CommonSettings, Fact, Source, Translation } from '../source.ts'
import type { Connections } from './connections.ts'
import { type HandOverPorts, handOver } from './hand-over.ts'
import { openDelivery } from './hooks.ts'
import { ALIAS_STEPS_MAX, aliasesIn, keysOf, type Plan, planOf } from './plan.ts'

export interface TranslatorPorts extends HandOverPorts {
  readonly store: Pick<
    Store,
    'claimReceived' | 'settleReceived' | 'nextReceivedMs' | 'records' | 'events'
  >
  readonly connections: Pick<Connections, 'opened' | 'box'>
  readonly findDataset: (id: string) => Dataset | undefined
  readonly nowMs: () => number
  readonly random: () => number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** A fault of the store or of the program; no personal data. */
  readonly onTrouble: (error: unknown) => void
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
}

export function createTranslator(ports: TranslatorPorts): Translator {
  const stopping = new AbortController()
  let woken = new AbortController()
  let loop: Promise<void> = Promise.resolve()
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const waitMs = await round(ports).catch((error: unknown) => {
        ports.onTrouble(error)
        return RELAY_STORE_RETRY_MS
      })
      if (waitMs > 0 && !stopping.signal.aborted) await ports.sleep(waitMs, woken.signal)
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
    },
  }
}

/** One claim, to its end. Returns how long there is nothing to do. */
async function round(ports: TranslatorPorts): Promise<number> {
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
    return Math.max(1, Math.min(INBOX_LOOK_MS, nextMs - nowMs()))
  }
  const { dataset_id } = first
  const dataset = ports.findDataset(dataset_id)
  const read = claimed.map((one) => (dataset ? jobOf(one, ports) : failed(one, 'gone', 'Gone.')))
  const ended = read.filter((one) => 'state' in one)
  if (ended.length > 0) {
    const ends = { dataset_id, now_ms: nowMs(), settlements: ended, records: [] }
    await store.settleReceived(ends)
  }
  let jobs = read.filter((one) => 'facts' in one)
  while (dataset && jobs.length > 0) jobs = await wave(jobs, dataset, ports)
  return 0
}

function failed(
  { id, attempts }: ClaimedInbox,
  reason: string,
  detail: string,
): InboxSettlement & { readonly state: 'failed' } {
  const words = detail.slice(0, INBOX_DETAIL_CHARS_MAX)
  return { id, attempts, state: 'failed', reason, detail: words, events: [] }
}

/** What a delivery says, or how it ends without saying anything. */
function jobOf(claimed: ClaimedInbox, ports: TranslatorPorts): Job | InboxSettlement {
  const { id, attempts } = claimed
  const opened = ports.connections.opened(claimed)
  if (opened.state === 'unusable') return failed(claimed, 'settings', opened.detail)
  if (opened.state !== 'ready') return failed(claimed, 'gone', 'The connection is switched off.')
  const { source, settings } = opened
  const said = translated(claimed, { source, settings, box: ports.connections.box })
  if ('failed' in said) return failed(claimed, said.failed, said.detail)
  if ('ignored' in said) {
    const { ignored: reason, detail } = said
    return { id, attempts, state: 'ignored', reason, ...(detail ? { detail } : {}), events: [] }
  }
  const space = `${source.name} ${settings.order_prefix}`
  return { claimed, source, settings, facts: said.facts, space }
}

interface Translating {
  readonly source: Source
  readonly settings: CommonSettings
  readonly box: Connections['box']
}

/** What is thrown may repeat what was sent, so its words are not kept. */
function translated(claimed: ClaimedInbox, { source, settings, box }: Translating): Translation {
  try {
    return source.translate(openDelivery(box, claimed, claimed.sealed), settings)
  } catch (error) {
    if (error instanceof TwofoldError) return { failed: 'sealed', detail: error.message }
    const name = error instanceof Error ? error.name : 'Error'
    return { failed: 'defect', detail: `${name} in ${source.name}, ${claimed.topic}.` }
  }
}

/**
 * One delivery per order: the next one about it must see what this one made of it. Returns those
 * that are left.
 */
async function wave(
  jobs: readonly Job[],
  dataset: Dataset,
  ports: TranslatorPorts,
): Promise<Job[]> {
  const known = await remembered(jobs, dataset.dataset_id, ports)
  const taken = new Set<string>()
  const now: Job[] = []
  const left: Job[] = []
  for (const job of jobs) {
    const keys = keysOf(job.facts, job.space)
    const aliases = aliasesIn(keys.flatMap((key) => known.get(key) ?? []))
    const all = [...keys, ...aliases]
    if (all.some((key) => taken.has(key))) left.push(job)
    else now.push(job)
    for (const key of all) taken.add(key)
  }
  const plans = now.map(({ facts, space, settings }) => planOf(facts, { space, settings, known }))
  await finish(now, plans, { dataset, ports })
  return left
}

async function remembered(jobs: readonly Job[], datasetId: string, { store }: TranslatorPorts) {
  const known = new Map<string, SourceRecord>()
  let asked = jobs.flatMap(({ facts, space }) => keysOf(facts, space))
  for (let steps = 0; steps <= ALIAS_STEPS_MAX && asked.length > 0; steps++) {
    const found = await store.records(datasetId, [...new Set(asked)])
    for (const record of found) known.set(record.key, record)
    asked = aliasesIn(found).filter((key) => !known.has(key))
  }
  return known
}

/** Hands the events over and settles; what could not be taken now is given back. */
async function finish(
  jobs: readonly Job[],
  plans: readonly Plan[],
  { dataset, ports }: { readonly dataset: Dataset; readonly ports: TranslatorPorts },
): Promise<void> {
  const { dataset_id } = dataset
  const wanted = jobs.map(({ settings }, index) => ({
    settings,
    events: plans[index]?.events ?? [],
  }))
  const outcomes = await handOver(wanted, dataset, ports).catch((error: unknown) => {
    if (!(error instanceof TwofoldError)) throw error
    return error
  })
  if (outcomes instanceof TwofoldError) {
    const settlements = jobs.map(({ claimed }) => later(claimed, ports, outcomes.code))
    await ports.store.settleReceived({
      dataset_id,
      now_ms: ports.nowMs(),
      settlements,
      records: [],
    })
    return
  }
  const ends = jobs.map(({ claimed }, index): InboxSettlement => {
    const { id, attempts } = claimed
    const { events = [], refused } = outcomes[index] ?? {}
    if (refused) return { ...failed(claimed, refused.reason, refused.detail), events }
    if (events.length > 0) return { id, attempts, state: 'translated', events }
    const reason = plans[index]?.reason ?? 'nothing_new'
    return { id, attempts, state: 'ignored', reason, events }
  })
  // Of what was refused nothing is remembered: tried again, it is new.
  const records = plans.flatMap((plan, index) => (outcomes[index]?.refused ? [] : plan.records))
  const done = { dataset_id, now_ms: ports.nowMs(), settlements: ends, records }
  const { conflict } = await ports.store.settleReceived(done)
  if (!conflict) return
  // Another process spoke of one of these orders meanwhile: all of it again, under the same ids.
  const again = jobs.map(({ claimed }) => later(claimed, ports, 'busy'))
  await ports.store.settleReceived({
    dataset_id,
    now_ms: ports.nowMs(),
    settlements: again,
    records: [],
  })
}

function later(
  { id, attempts }: ClaimedInbox,
  { nowMs, random }: TranslatorPorts,
  reason: string,
): InboxSettlement {
  const pauseMs = backoffMs({ attempts: attempts - 1 }, random)
  return { id, attempts, state: 'received', due_ms: Math.ceil(nowMs() + pauseMs), reason }
}
