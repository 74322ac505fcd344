/**
 * Does an event cost the same in a large store as in a small one? Fills a real SQLite file through
 * store.load and store.commit, as ingest does, with every key inside the 48 h window, and compares
 * it with a young file, batch by batch in turn. bench/main.ts calls it; run alone, it prints.
 */
import { spawn } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { idKey } from '../src/event/dedup-key.ts'
import type { Hashed, Leg } from '../src/event/shape.ts'
import { openSqliteStore } from '../src/store/drivers/sqlite.ts'
import type { CommitBatch, CounterDelta, KeyWrite, Loaded, Store } from '../src/store/store.ts'
import { eventKey, keyOf } from '../src/store/store.ts'

export interface Growth {
  /** Microseconds of one event in the full store over those in the young one. */
  readonly cost_ratio: number
  readonly early_us_per_event: number
  readonly late_us_per_event: number
  /** Of these, upkeep (merging blocks and keys), spread over all events. */
  readonly late_upkeep_us_per_event: number
  readonly fill_events_per_s: number
  readonly micro_batch_us_per_event: number
  readonly bytes_per_event: number
  readonly rss_mb_max: number
  readonly rows: number
}

export interface GrowthOptions {
  readonly rows: number
  /** Empty. */
  readonly dir: string
}

const BATCH = 1000
/** The young store is a copy of the other as it was then. */
const EARLY_ROWS = 100_000
/** Batches timed in each store, in turn. */
const ROUNDS = 60
const MICRO_BATCH = 30
export const DATASET = '1000000000000001'
/** All events arrive within this, so that no key ever expires. */
const SPAN_MS = 40 * 3_600_000

/** As the server is started: without bounds V8 keeps what it once had, whatever is alive in it. */
const NODE_FLAGS = [
  ...['--max-semi-space-size=16', '--max-old-space-size=512', '--v8-pool-size=2'],
  ...['--no-parallel-scavenge', '--no-minor-gc-task', '--no-allocation-site-pretenuring'],
  '--no-concurrent-array-buffer-sweeping',
]

const MALLOC = {
  ...{ MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '2097152' },
  MALLOC_TRIM_THRESHOLD_: '1572864',
}

/**
 * In a process of its own, so that memory is that of the store and its feeder alone. Leaves the full
 * store as `late.db` in `dir`.
 */
export async function measureGrowth({ rows, dir }: GrowthOptions): Promise<Growth> {
  const args = [...NODE_FLAGS, import.meta.filename, String(rows), dir]
  const env = { ...MALLOC, ...process.env }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (code !== 0) throw new Error(`growth: the measuring process ended with ${code}`)
  return JSON.parse(output)
}

/** A file of so many events that end now, for other benches. */
export async function fillFile(file: string, rows: number, endMs: number): Promise<void> {
  const subject = await openSubject(file, SPAN_MS / rows, endMs - SPAN_MS)
  await fill(subject, rows)
  await subject.store.close()
}

async function measure(rows: number, folder: string): Promise<Growth> {
  const stepMs = SPAN_MS / rows
  const startMs = Date.now() - SPAN_MS
  const late = await openSubject(join(folder, 'late.db'), stepMs, startMs)
  await fill(late, EARLY_ROWS)
  const { seq, waiting } = late
  const young = { seq, waiting, spent: { ...late.spent } }
  await late.store.backup(join(folder, 'early.db'))
  const rss = await fill(late, rows)
  const bytes = await bytesOf(join(folder, 'late.db'))
  const filled = { ...late.spent }
  const early = { ...(await openSubject(join(folder, 'early.db'), stepMs, startMs)), ...young }
  const costs = await compare(early, late, rows > 1_000_000 ? ROUNDS : ROUNDS / 2)
  const upkeepUs = (1000 * filled.upkeepMs) / rows
  const earlyUs = costs.earlyUs + (1000 * early.spent.upkeepMs) / early.seq
  const lateUs = costs.lateUs + upkeepUs
  const microUs = await microBatches(late)
  await early.store.close()
  await late.store.close()
  return {
    cost_ratio: round(lateUs / earlyUs),
    early_us_per_event: round(earlyUs),
    late_us_per_event: round(lateUs),
    late_upkeep_us_per_event: round(upkeepUs),
    fill_events_per_s: Math.round((1000 * rows) / (filled.batchMs + filled.upkeepMs)),
    micro_batch_us_per_event: round(microUs),
    bytes_per_event: round(bytes / rows),
    rss_mb_max: Math.round(rss / 1024 / 1024),
    rows,
  }
}

/** A store with the place the generator has reached in it. */
interface Subject {
  readonly store: Store
  readonly clock: { nowMs: number }
  readonly startMs: number
  readonly stepMs: number
  /** Legs committed so far. */
  seq: number
  /** Recent browser legs whose server twin has not come yet. */
  waiting: Leg[]
  readonly spent: { batchMs: number; upkeepMs: number }
}

async function openSubject(file: string, stepMs: number, startMs: number): Promise<Subject> {
  const clock = { nowMs: startMs }
  const store = await openSqliteStore({ file, nowMs: () => clock.nowMs })
  return { store, clock, startMs, stepMs, seq: 0, waiting: [], spent: { batchMs: 0, upkeepMs: 0 } }
}

/**
 * Returns the most memory seen. As in the server, the next round begins while the last one is still
 * being made durable.
 */
async function fill(subject: Subject, rows: number): Promise<number> {
  let rss = 0
  let flushing: Promise<void> | undefined
  while (subject.seq < rows) {
    const drafts = draftsOf(subject, BATCH)
    const startedMs = performance.now()
    const { legs, committed } = await commitDrafts(subject, drafts)
    await flushing
    flushing = committed
    subject.spent.batchMs += performance.now() - startedMs
    remember(subject, legs)
    subject.spent.upkeepMs += await upkeep(subject)
    rss = Math.max(rss, process.memoryUsage.rss())
    if (subject.seq % 100_000 === 0 && process.stderr.isTTY) {
      process.stderr.write(`\r${subject.seq} of ${rows} events `)
    }
  }
  await flushing
  return rss
}

async function compare(
  early: Subject,
  late: Subject,
  rounds: number,
): Promise<{ earlyUs: number; lateUs: number }> {
  const times: { early: number[]; late: number[] } = { early: [], late: [] }
  for (let done = 0; done < rounds; done++) {
    times.early.push(await oneBatch(early, BATCH))
    times.late.push(await oneBatch(late, BATCH))
    early.spent.upkeepMs += await upkeep(early)
    await upkeep(late)
  }
  const us = (list: number[]) => (1000 * median(list)) / BATCH
  return { earlyUs: us(times.early), lateUs: us(times.late) }
}

async function microBatches(subject: Subject): Promise<number> {
  const times: number[] = []
  for (let done = 0; done < 5 * ROUNDS; done++) times.push(await oneBatch(subject, MICRO_BATCH))
  return (1000 * median(times)) / MICRO_BATCH
}

async function upkeep({ store, clock }: Subject): Promise<number> {
  const startedMs = performance.now()
  while (await store.tidyUp(clock.nowMs));
  return performance.now() - startedMs
}

/** Milliseconds of one round of ingest; making the events is not counted. */
async function oneBatch(subject: Subject, size: number): Promise<number> {
  const drafts = draftsOf(subject, size)
  const startedMs = performance.now()
  const { legs, committed } = await commitDrafts(subject, drafts)
  await committed
  const spentMs = performance.now() - startedMs
  remember(subject, legs)
  return spentMs
}

/** The read and the write of a round; `committed` resolves when they are durable. */
async function commitDrafts(
  { store }: Subject,
  drafts: readonly Draft[],
): Promise<{ legs: readonly Leg[]; committed: Promise<void> }> {
  const reads = drafts.flatMap(({ keys }) =>
    keys.map((key) => ({ dataset_id: DATASET, family: 'window', key, want: 'events' }) as const),
  )
  const loaded = await store.load(reads, [DATASET])
  const batch = resolved(drafts, loaded)
  const committed = store.commit(batch).then(({ conflict }) => {
    if (conflict) throw new Error('growth: nobody else should write here')
  })
  return { legs: batch.legs, committed }
}

/** An event on its way, with the keys it is looked up by: its id and its browser. */
interface Draft {
  readonly leg: Leg
  readonly keys: readonly string[]
}

/** Every third event is the server's report of one the browser sent a few seconds before. */
function draftsOf(subject: Subject, size: number): Draft[] {
  return Array.from({ length: size }, (_, i) => {
    const seq = subject.seq + 1 + i
    const receivedMs = Math.floor(subject.startMs + seq * subject.stepMs)
    subject.clock.nowMs = receivedMs
    const twin = seq % 3 === 0 ? subject.waiting.shift() : undefined
    const leg = twin ? serverLeg(twin, seq, receivedMs) : browserLeg(seq, receivedMs)
    return { leg, keys: [idKey(leg.event) ?? '', `f\nx\n${leg.event.user_data.fbp}`] }
  })
}

/** The decision as ingest takes it, reduced to the id. */
function resolved(drafts: readonly Draft[], loaded: Loaded): CommitBatch {
  const legs: Leg[] = []
  const keys: KeyWrite[] = []
  const counts: Counts = new Map()
  for (const { leg, keys: names } of drafts) {
    const at_ms = leg.envelope.received_at_ms
    const read = { dataset_id: DATASET, family: 'window', key: names[0] ?? '' } as const
    const of_seq = loaded.seqs.get(keyOf(read))?.[0]
    const kept = of_seq && loaded.events.get(eventKey(DATASET, of_seq))
    if (leg.envelope.channel === 'server' && !kept) throw new Error('growth: a twin was not found')
    legs.push(kept ? { ...leg, verdict: 'duplicate', of_seq, matched_by: 'event_id' } : leg)
    if (!kept) {
      for (const key of names) keys.push({ ...read, key, seqs: [leg.seq], at_ms })
    }
    count(counts, leg, kept ? 'duplicate' : 'accepted')
  }
  const { revision } = loaded
  const none = { money: [], deliveries: [], skips: [] }
  return { ...none, revision, legs, keys, counters: [...counts.values()] }
}

type Counts = Map<string, { -readonly [K in keyof CounterDelta]: CounterDelta[K] }>

function count(counts: Counts, { event, envelope }: Leg, verdict: string): void {
  const hour_s = Math.floor(envelope.received_at_ms / 3_600_000) * 3600
  for (const metric of ['received', verdict, 'key:em', 'key:fbp']) {
    const key = `${hour_s} ${event.event_name} ${envelope.channel} ${metric}`
    const known = counts.get(key)
    if (known) known.n += 1
    else {
      const base = { dataset_id: DATASET, hour_s, event_name: event.event_name, metric, n: 1 }
      counts.set(key, { ...base, channel: envelope.channel })
    }
  }
}

/** A twin comes thousands of events after its browser leg: seconds later on a busy site. */
function remember(subject: Subject, legs: readonly Leg[]): void {
  subject.seq += legs.length
  const browser = legs.filter(
    ({ envelope, seq }) => envelope.channel === 'browser' && seq % 2 === 1,
  )
  subject.waiting = [...subject.waiting, ...browser].slice(-5000)
}

function browserLeg(seq: number, receivedMs: number): Leg {
  const name = NAMES[random(NAMES.length)] ?? 'PageView'
  const product = random(2000)
  const path = name === 'Purchase' ? 'checkout/thanks' : `products/coffee-${product}`
  const eventTime = Math.floor(receivedMs / 1000)
  return {
    seq,
    event: {
      event_name: name,
      event_time: eventTime,
      event_id: hex(16),
      action_source: 'website',
      event_source_url: `https://www.example-shop.com/${path}`,
      user_data: {
        em: [hex(32) as Hashed],
        client_ip_address: `203.0.${random(256)}.${random(256)}`,
        client_user_agent: userAgent(),
        fbp: `fb.1.${receivedMs - random(1e9)}.${random(2 ** 31)}`,
      },
      ...(name === 'PageView'
        ? {}
        : {
            custom_data: {
              content_ids: [`sku-${product}`],
              content_type: 'product',
              value: random(10_000) / 100,
              currency: 'EUR',
              ...(name === 'Purchase' ? { order_id: `o-${seq}` } : {}),
            },
          }),
    },
    envelope: {
      dataset_id: DATASET,
      channel: 'browser',
      via: 'pixel',
      received_at_ms: receivedMs,
      consent: { state: 'granted', signal: 'fbq' },
    },
    verdict: 'accepted',
  }
}

function userAgent(): string {
  const platform = PLATFORMS[random(PLATFORMS.length)]
  const engine = 'AppleWebKit/537.36 (KHTML, like Gecko)'
  return `Mozilla/5.0 (${platform}) ${engine} Chrome/${130 + random(12)}.0.0.0 Safari/537.36`
}

function serverLeg({ event, envelope }: Leg, seq: number, receivedMs: number): Leg {
  const user_data = { ...event.user_data, external_id: [hex(32) as Hashed] }
  return {
    seq,
    event: { ...event, user_data },
    envelope: { ...envelope, channel: 'server', via: 'graph', received_at_ms: receivedMs },
    verdict: 'accepted',
  }
}

/** As often as they stand here. */
const NAMES = [
  ...Array.from({ length: 12 }, () => 'PageView'),
  ...['ViewContent', 'ViewContent', 'ViewContent', 'ViewContent', 'AddToCart', 'AddToCart'],
  ...['InitiateCheckout', 'Purchase'],
]
const PLATFORMS = [
  'Windows NT 10.0; Win64; x64',
  'Macintosh; Intel Mac OS X 10_15_7',
  'Linux; Android 15; Pixel 9',
  'Linux; Android 14; SM-S921B',
]

const random = (below: number): number => Math.floor(Math.random() * below)

/** Random bytes are drawn in bulk: asking the system for each id would take longer than storing it. */
const pool = { bytes: Buffer.alloc(64 * 1024), used: 64 * 1024 }

function hex(bytes: number): string {
  if (pool.used + bytes > pool.bytes.length) {
    randomFillSync(pool.bytes)
    pool.used = 0
  }
  pool.used += bytes
  return pool.bytes.toString('hex', pool.used - bytes, pool.used)
}

const round = (value: number): number => Math.round(value * 100) / 100

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

async function bytesOf(file: string): Promise<number> {
  const sizes = [file, `${file}-wal`].map(async (name) => (await stat(name)).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

if (import.meta.main) {
  const [rows = '1000000', folder = '.'] = process.argv.slice(2)
  process.stdout.write(`${JSON.stringify(await measure(Number(rows), folder), null, 2)}\n`)
}
