/**
 * One pass of a replay over the stored events, the newest first, a bounded page at a time: plans
 * each, counts, and (unless it is a dry run) hands the copies to the outbox under the same ids. It
 * can be stopped between two pages and repeated: what was handed over is not handed over twice.
 * Called by replay.ts.
 */
import type { Leg, StoredEvent } from '../event/shape.ts'
import { REPLAY_PAGE_EVENTS } from '../limits.ts'
import type { DeliveryKey, DeliveryStanding, DeliveryWrite } from '../store/outbox.ts'
import type { Store } from '../store/store.ts'
import { keysOf, type Plan, planOf, type ReplayTarget } from './replay-plan.ts'
import type { ReplayTally, Standing } from './replay-tally.ts'
import type { ReplayRequest } from './replay-view.ts'

export interface RunPorts {
  readonly store: Pick<Store, 'load' | 'events' | 'enqueue' | 'requeue' | 'standings'>
  /** Whether the destination is still there. */
  readonly exists: () => boolean
  /** There is something to send. */
  readonly wake: () => void
  readonly nowMs: () => number
  readonly signal: AbortSignal
}

export interface Run extends RunPorts {
  readonly request: ReplayRequest
  readonly target: Omit<ReplayTarget, 'nowMs'>
  readonly tally: ReplayTally
}

/** Whether deliveries of a held destination were made due, which then must be asked for. */
export async function runReplay(run: Run): Promise<{ readonly held: boolean }> {
  const { dataset_id, event_names } = run.request
  // What comes in meanwhile goes its own way.
  const end = (await run.store.load([], [dataset_id])).nextSeq.get(dataset_id) ?? 1
  let held = false
  for (const name of event_names.length > 0 ? new Set(event_names) : [undefined]) {
    let before: number | undefined = end
    while (before !== undefined && !run.signal.aborted && run.exists()) {
      const page = await readPage(run, name, before)
      before = page.next_before_seq
      held = (await takePage(run, page.events)) || held
    }
  }
  return { held }
}

function readPage({ store, request }: Run, name: string | undefined, before_seq: number) {
  const { dataset_id, from, to } = request
  return store.events({
    dataset_id,
    from_s: from,
    to_s: to,
    ...(name === undefined ? {} : { event_name: name }),
    limit: REPLAY_PAGE_EVENTS,
    before_seq,
  })
}

async function takePage(run: Run, events: readonly StoredEvent[]): Promise<boolean> {
  const { request, target, tally, store, nowMs } = run
  const keys = events.map((event) => keysOf(event, target))
  const all = await store.standings(keys.flat())
  const out: Out = { writes: [], requeues: [], held: false }
  let at = 0
  for (const [index, event] of events.entries()) {
    const own = keys[index] ?? []
    const known = all.slice(at, at + own.length)
    at += own.length
    tally.counts.scanned += 1
    const standing = standingOf(known)
    if (!isWanted(request, standing)) continue
    const plan = standing === 'waiting' ? undefined : planOf(event, { ...target, nowMs: nowMs() })
    const sends = plan?.fate === 'sends' && (standing !== 'delivered' || request.again)
    tally.take({ event, standing, plan, sends, nowMs: nowMs() })
    if (plan) look(event, run)
    if (sends) handOut(out, { plan, standing, keys: own, known })
  }
  if (request.dry_run) return false
  await send(run, out)
  return out.held
}

/** Once a copy was delivered the event counts there: what failed of the others must not count it
 * once more. */
function standingOf(known: readonly DeliveryStanding[]): Standing {
  const states = known.map(({ state }) => state)
  if (states.some((state) => state && ON_THEIR_WAY.has(state))) return 'waiting'
  if (known.some(({ delivered }) => delivered)) return 'delivered'
  if (states.includes('held')) return 'held'
  return states.includes('rejected') ? 'rejected' : 'never_sent'
}

const ON_THEIR_WAY: ReadonlySet<string> = new Set(['pending', 'leased', 'retrying'])

function isWanted({ states }: ReplayRequest, standing: Standing): boolean {
  return states.length === 0 || states.some((state) => state === standing)
}

/** What people should know before they send. */
function look({ legs }: StoredEvent, { target, tally }: Run): void {
  const [kept] = legs
  const done = target.reform(kept)
  if ('leg' in done && done.leg.event.event_id !== kept.event.event_id) tally.otherId()
  if (legs.some((leg) => leg.envelope.rules && isReformed(leg, target))) tally.ruledBefore()
}

const isReformed = (leg: Leg, { reform }: Run['target']): boolean => {
  const done = reform(leg)
  return 'dropped_by' in done || done.leg !== leg
}

interface Out {
  readonly writes: Omit<DeliveryWrite, 'first'>[]
  readonly requeues: DeliveryKey[]
  held: boolean
}

interface Leaving {
  readonly plan: Extract<Plan, { fate: 'sends' }>
  readonly standing: Standing
  readonly keys: readonly DeliveryKey[]
  readonly known: readonly DeliveryStanding[]
}

/** Copies that failed are sent again as they are addressed; all others are written anew. */
function handOut(out: Out, { plan, standing, keys, known }: Leaving): void {
  const [first] = keys
  if (!first) return
  if (standing === 'rejected' || standing === 'held') {
    out.held ||= standing === 'held'
    out.requeues.push(...keys.filter((_, index) => known[index]?.state !== undefined))
    return
  }
  for (const { leg_seq, expires_ms } of plan.copies) {
    out.writes.push({ ...first, leg_seq, due_ms: 0, expires_ms })
  }
}

async function send({ store, request, tally, wake, nowMs }: Run, out: Out): Promise<void> {
  const { dataset_id, destination_id, again, rules } = request
  const under_rules = rules === 'published'
  if (out.writes.length > 0) {
    tally.enqueued += await store.enqueue(out.writes, { again, under_rules })
  }
  if (out.requeues.length > 0) {
    const states = ['rejected', 'held'] as const
    const asked = { dataset_id, destination_id, states, keys: out.requeues, under_rules }
    tally.enqueued += await store.requeue({ ...asked, now_ms: nowMs() })
  }
  if (out.writes.length + out.requeues.length > 0) wake()
}
