/**
 * Measures how many events are of somebody already known: a bounded sample of the counted events of
 * each name, held against the people whom the newest conversions name (identity/). Nothing is
 * written per event for it. One measurement at a time, kept for a while; the route of
 * measured-match.ts asks and never waits.
 */
import { TwofoldError } from '../errors.ts'
import { isBrowsing } from '../event/names.ts'
import type { StoredEvent } from '../event/shape.ts'
import { type Sighting, sightingOf } from '../identity/identifiers.ts'
import { type People, peopleOf } from '../identity/people.ts'
import {
  MEASURED_BACK_DAYS,
  MEASURED_MATCH_MS,
  MEASURED_NAMES_MAX,
  MEASURED_PAGE_EVENTS,
  MEASURED_PEOPLE_EVENTS,
  MEASURED_READS_MAX,
  MEASURED_SAMPLE_EVENTS,
  MEASURED_SLICES,
  MEASUREMENTS_KEPT_MAX,
  MEASUREMENTS_WAITING_MAX,
} from '../measured-limits.ts'
import { OTHER_NAME } from '../quality/counters.ts'
import { serial } from '../serial.ts'
import type { EventQuery, Store } from '../store/store.ts'
import type { Window } from './window.ts'

export interface MeasuredName {
  readonly event_name: string
  /** Counted in the window. */
  readonly counted: number
  readonly sample: number
  /** The sample is every counted event of the window. */
  readonly whole: boolean
  readonly by_person: number
  readonly by_browser: number
  /** Of the sample: events with nothing that could tell who it was. */
  readonly anonymous: number
}

export interface Measurement {
  readonly measured_at_ms: number
  /** Events of the sample were received from here on. */
  readonly sampled_from_s: number
  readonly people: {
    readonly count: number
    /** Conversions read to know them. */
    readonly events: number
    /** Older conversions were not read; null: there are none. */
    readonly since_s: number | null
  }
  readonly names: readonly MeasuredName[]
}

export interface MatchMeasurer {
  /** The newest measurement, if there is one; a new one begins where it is missing or old. Throws
   * what the last attempt failed with, and `busy` where too many wait. */
  of(datasetId: string, window: Window): Measurement | undefined
}

interface Kept {
  untilMs: number
  done?: Measurement
  failed?: unknown
}

type Ports = { readonly store: Pick<Store, 'events' | 'counters'>; readonly nowMs: () => number }

export function createMatchMeasurer(ports: Ports): MatchMeasurer {
  const kept = new Map<string, Kept>()
  const inOrder = serial()
  let waiting = 0
  const begin = (entry: Kept, ask: Ask): void => {
    if (waiting >= MEASUREMENTS_WAITING_MAX) throw new TwofoldError('busy')
    waiting += 1
    entry.untilMs = Number.POSITIVE_INFINITY
    const run = inOrder(() => measure(ports, ask)).then(
      (done) => {
        entry.done = done
      },
      (error: unknown) => {
        entry.failed = error
      },
    )
    void run.then(() => {
      waiting -= 1
      entry.untilMs = ports.nowMs() + MEASURED_MATCH_MS
    })
  }
  return {
    of: (dataset_id, window) => {
      const name = `${dataset_id} ${window.from} ${window.to}`
      const entry = kept.get(name) ?? { untilMs: 0 }
      if (entry.failed !== undefined) {
        kept.delete(name)
        throw entry.failed
      }
      if (entry.untilMs <= ports.nowMs()) begin(entry, { dataset_id, window })
      // The one asked for last stands last.
      kept.delete(name)
      kept.set(name, entry)
      for (const oldest of kept.keys()) {
        if (kept.size <= MEASUREMENTS_KEPT_MAX) break
        kept.delete(oldest)
      }
      return entry.done
    },
  }
}

interface Ask {
  readonly dataset_id: string
  readonly window: Window
}

/** A sighting with when its event was received. */
interface Read extends Sighting {
  readonly received_s: number
}

async function measure({ store, nowMs }: Ports, ask: Ask): Promise<Measurement> {
  const { from, to } = ask.window
  const { conversions, since_s } = await readConversions(store, ask)
  const all = [...conversions.values()].flat()
  const people = peopleOf(all)
  // Who came soon after the oldest event that was read had nobody before: they would look new.
  const newest_s = all.reduce((last, { received_s }) => Math.max(last, received_s), 0)
  const sampled_from_s =
    since_s === null ? from : Math.max(from, Math.floor((since_s + newest_s) / 2))
  const names: MeasuredName[] = []
  for (const [event_name, counted] of await countedNames(store, ask, from)) {
    const range = { ...ask, event_name, from: sampled_from_s, to }
    const known = conversions.get(event_name)?.filter((one) => one.received_s >= sampled_from_s)
    const sample = known ? spread(known) : await readSample(store, range, counted)
    const whole = sample.length === counted && sampled_from_s === from
    names.push({ event_name, counted, whole, ...tally(sample, people) })
  }
  return {
    measured_at_ms: nowMs(),
    sampled_from_s,
    people: { count: people.count, events: all.length, since_s },
    names,
  }
}

/** Evenly over all of them. */
function spread<T>(all: readonly T[]): readonly T[] {
  if (all.length <= MEASURED_SAMPLE_EVENTS) return all
  const step = all.length / MEASURED_SAMPLE_EVENTS
  return all.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step))
}

function tally(sample: readonly Sighting[], people: People) {
  const sums = { sample: sample.length, by_person: 0, by_browser: 0, anonymous: 0 }
  for (const sighting of sample) {
    const how = people.knows(sighting)
    if (how) sums[`by_${how}`] += 1
    if (sighting.person.length + sighting.browser.length === 0) sums.anonymous += 1
  }
  return sums
}

/** Counted events by name since `from_s`, the most first, without the names beyond the bound. */
async function countedNames(
  store: Ports['store'],
  { dataset_id, window: { to } }: Ask,
  from_s: number,
): Promise<[string, number][]> {
  const asked = { dataset_id, from_s, to_s: to, by: 'total', metrics: ['accepted'] } as const
  const counted = new Map<string, number>()
  for (const { event_name, n } of (await store.counters(asked)).counters) {
    if (event_name !== OTHER_NAME) counted.set(event_name, (counted.get(event_name) ?? 0) + n)
  }
  return [...counted]
    .filter(([, n]) => n > 0)
    .sort(([a, n], [b, m]) => m - n || a.localeCompare(b))
    .slice(0, MEASURED_NAMES_MAX)
}

/** The newest conversions up to the end of the window, each name with its share of what is read. */
async function readConversions(
  store: Ports['store'],
  ask: Ask,
): Promise<{ conversions: Map<string, readonly Read[]>; since_s: number | null }> {
  const fromS = Math.max(0, ask.window.to - MEASURED_BACK_DAYS * 86_400)
  const names = (await countedNames(store, ask, fromS)).filter(([name]) => !isBrowsing(name))
  const conversions = new Map<string, readonly Read[]>()
  let since_s: number | null = null
  for (const [event_name] of names) {
    const query = { dataset_id: ask.dataset_id, event_name, to_s: ask.window.to }
    const most = Math.floor(MEASURED_PEOPLE_EVENTS / names.length)
    const readsMax = MEASURED_READS_MAX
    const { events, next_before_s } = await readNewest(store, { query, most, readsMax })
    conversions.set(event_name, events)
    if (next_before_s !== undefined) since_s = Math.max(since_s ?? 0, next_before_s)
  }
  return { conversions, since_s }
}

interface Range {
  readonly dataset_id: string
  readonly event_name: string
  readonly from: number
  readonly to: number
}

/**
 * Of what people do while they look around: all of few; of many the newest of equal parts of the
 * time, so that every hour has its say.
 */
async function readSample(
  store: Ports['store'],
  { dataset_id, event_name, from, to }: Range,
  counted: number,
): Promise<readonly Sighting[]> {
  const asked = { dataset_id, event_name }
  if (counted <= MEASURED_SAMPLE_EVENTS) {
    const query = { ...asked, from_s: from, to_s: to }
    const [most, readsMax] = [MEASURED_SAMPLE_EVENTS, MEASURED_SLICES]
    return (await readNewest(store, { query, most, readsMax })).events
  }
  const hours = Math.ceil((to - from) / HOUR_S)
  const slices = Math.min(MEASURED_SLICES, hours)
  const sample: Sighting[] = []
  for (let slice = slices; slice > 0; slice--) {
    // Whole hours: the log is found by the hour, and is read through within one.
    const to_s = to - Math.floor((hours * (slices - slice)) / slices) * HOUR_S
    const query = { ...asked, from_s: from, to_s }
    const most = Math.floor(MEASURED_SAMPLE_EVENTS / slices)
    const readsMax = Math.ceil(most / MEASURED_PAGE_EVENTS)
    sample.push(...(await readNewest(store, { query, most, readsMax })).events)
  }
  return sample
}

const HOUR_S = 3600

interface Wanted {
  readonly query: Omit<EventQuery, 'limit' | 'before_seq'>
  readonly most: number
  /** A page may be short: of a rare name it holds what a bounded part of the log has. */
  readonly readsMax: number
}

/** Page by page. `next_before_s`: when the oldest was received that was looked at, if not all were. */
async function readNewest(
  store: Ports['store'],
  { query, most, readsMax }: Wanted,
): Promise<{ events: readonly Read[]; next_before_s?: number }> {
  const events: Read[] = []
  let before: number | undefined
  for (let reads = 1; ; reads++) {
    const limit = Math.min(MEASURED_PAGE_EVENTS, most - events.length)
    const cursor = before === undefined ? {} : { before_seq: before }
    const page = await store.events({ ...query, ...cursor, limit })
    for (const event of page.events) events.push(seen(event))
    before = page.next_before_seq
    if (before === undefined) return { events }
    if (events.length >= most || reads === readsMax) {
      return { events, next_before_s: Math.ceil((page.reached_ms ?? 0) / 1000) }
    }
  }
}

function seen({ legs }: StoredEvent): Read {
  const users = legs.map(({ event }) => event.user_data)
  const received_s = Math.floor(legs[0].envelope.received_at_ms / 1000)
  return { ...sightingOf(legs[0].seq, users), received_s }
}
