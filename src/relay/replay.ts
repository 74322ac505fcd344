/**
 * Replays: stored events once more through the rules and settings of a destination, to see what
 * would change (a dry run) or to send them under the same ids. They run in this process, one per
 * dataset, and are remembered only here: a restart forgets them, what was handed to the outbox
 * stays there. main.ts makes it, the API calls it.
 */
import { TwofoldError } from '../errors.ts'
import { REPLAYS_MAX } from '../limits.ts'
import type { Store } from '../store/store.ts'
import type { Configs } from './configs.ts'
import type { Reform } from './outbound.ts'
import type { ReplayTarget } from './replay-plan.ts'
import { runReplay } from './replay-run.ts'
import { ReplayTally } from './replay-tally.ts'
import type { ReplayRequest, Replays, ReplayView } from './replay-view.ts'
import type { DestinationKey, Problem, RelayControl } from './view.ts'

export interface ReplayPorts {
  readonly store: Pick<
    Store,
    'load' | 'events' | 'counters' | 'enqueue' | 'requeue' | 'standings' | 'eraseDestination'
  >
  readonly configs: Pick<Configs, 'draft' | 'find' | 'routesOf'>
  readonly relay: Pick<RelayControl, 'wake' | 'retry' | 'alarms'>
  /** What the published rules make of a stored report, or those of a draft. */
  readonly rules: ReplayRules
  readonly nowMs: () => number
  readonly randomBytes: (n: number) => Uint8Array
  /** Something went wrong that is no fault of whoever asked. */
  readonly onTrouble: (error: unknown) => void
}

export interface ReplayRules {
  /** undefined: none is published. */
  versionOf(datasetId: string): number | undefined
  published(datasetId: string): Reform
  draft(datasetId: string, rules: readonly unknown[]): Reform
}

export interface ReplayJobs extends Replays {
  /** Ends what runs, after its page. */
  stop(): Promise<void>
}

interface Job {
  readonly id: string
  readonly request: ReplayRequest
  readonly tally: ReplayTally
  readonly cut: AbortController
  readonly rulesVersion: number | undefined
  readonly startedMs: number
  /** From the counters of whole hours; 0 until they are read. */
  expected: number
  state: ReplayView['state']
  endedMs: number | undefined
  error: Problem | undefined
  /** Of the moment, such as a destination that is held. */
  readonly remarks: readonly Problem[]
  ended: Promise<void>
}

const ID_BYTES = 6

export function createReplays(ports: ReplayPorts): ReplayJobs {
  const jobs = new Map<string, Job>()
  const ofDataset = (id: string): Job[] =>
    [...jobs.values()].filter(({ request }) => request.dataset_id === id).reverse()
  const find = (datasetId: string, replayId: string): Job | undefined => {
    const job = jobs.get(replayId)
    return job?.request.dataset_id === datasetId ? job : undefined
  }
  return {
    start: async (request) => {
      const target = targetOf(request, ports)
      const running = ofDataset(request.dataset_id).find(({ state }) => state === 'running')
      if (running) throw new TwofoldError('busy', `Replay ${running.id} is running.`)
      makeRoom(jobs)
      const job = jobOf(request, ports)
      jobs.set(job.id, job)
      job.ended = run(job, target, ports)
      return viewOf(job)
    },
    list: (datasetId) => ofDataset(datasetId).map(viewOf),
    find: (datasetId, replayId) => {
      const job = find(datasetId, replayId)
      return job && viewOf(job)
    },
    cancel: (datasetId, replayId) => find(datasetId, replayId)?.cut.abort(),
    stop: async () => {
      for (const { cut } of jobs.values()) cut.abort()
      await Promise.all([...jobs.values()].map(({ ended }) => ended))
    },
  }
}

/** Forgets the one that ended first. */
function makeRoom(jobs: Map<string, Job>): void {
  if (jobs.size < REPLAYS_MAX) return
  const old = [...jobs.values()].find(({ state }) => state !== 'running')
  if (!old) throw new TwofoldError('limit_reached', `${REPLAYS_MAX} replays are running.`)
  jobs.delete(old.id)
}

/** Throws for what cannot be replayed, naming the field. */
function targetOf(
  request: ReplayRequest,
  { configs, rules }: ReplayPorts,
): Omit<ReplayTarget, 'nowMs'> {
  const { dataset_id, destination_id, settings, from, to, dry_run } = request
  if (from >= to) throw invalid(`from: ${from} must be less than to (${to}).`)
  const key = { dataset_id, destination_id }
  const config = configs.find(key)
  const route = configs.routesOf(dataset_id).find((one) => one.destination_id === destination_id)
  if (!config || !route) {
    throw new TwofoldError('destination_not_found', `There is none with id ${destination_id}.`)
  }
  if (!dry_run) refuseDraft(request, config.enabled)
  const now = ready(configs, key)
  const change = settings === undefined ? undefined : { settings }
  const then = change ? ready(configs, key, change) : now
  return {
    route,
    destination: now.destination,
    settings: now.settings,
    compared: then.settings,
    reform: reformOf(request, rules),
  }
}

/** What leaves is what is in force, so a draft can only be looked at. */
function refuseDraft({ rules, settings }: ReplayRequest, enabled: boolean): void {
  if (typeof rules !== 'string') {
    throw invalid('rules: a draft can only be looked at (dry_run: true); publish it to send.')
  }
  if (settings !== undefined) {
    throw invalid('settings: they can only be looked at (dry_run: true); change them to send.')
  }
  if (!enabled) {
    throw invalid('destination_id: the destination is disabled; enable it to send.')
  }
}

function ready(configs: ReplayPorts['configs'], key: DestinationKey, change?: unknown) {
  const opened = configs.draft({ ...key, ...(change === undefined ? {} : { change }) })
  if (opened.state === 'ready') return opened
  const why = opened.state === 'unusable' ? opened.detail : opened.state
  throw invalid(`destination_id: the destination cannot be used: ${why}`)
}

const invalid = (detail: string): TwofoldError => new TwofoldError('invalid_request', detail)

function reformOf({ dataset_id, rules }: ReplayRequest, ports: ReplayRules): Reform {
  if (rules === 'none') return (leg) => ({ leg })
  return rules === 'published' ? ports.published(dataset_id) : ports.draft(dataset_id, rules)
}

function jobOf(request: ReplayRequest, { rules, relay, nowMs, randomBytes }: ReplayPorts): Job {
  const { dataset_id, destination_id, dry_run } = request
  const alarm = relay.alarms(dataset_id).find((one) => one.destination_id === destination_id)
  const held = `The destination waits for its owner: ${alarm?.detail} What is sent waits too.`
  return {
    id: `r_${Buffer.from(randomBytes(ID_BYTES)).toString('hex')}`,
    request,
    tally: new ReplayTally(),
    cut: new AbortController(),
    rulesVersion: request.rules === 'published' ? rules.versionOf(dataset_id) : undefined,
    startedMs: nowMs(),
    expected: 0,
    state: 'running',
    endedMs: undefined,
    error: undefined,
    remarks: alarm && !dry_run ? [{ code: 'destination_held', detail: held }] : [],
    ended: Promise.resolve(),
  }
}

/** Never rejects. */
async function run(
  job: Job,
  target: Omit<ReplayTarget, 'nowMs'>,
  { store, configs, relay, nowMs, onTrouble }: ReplayPorts,
): Promise<void> {
  const { request, tally, cut } = job
  const { dataset_id, destination_id } = request
  const { signal } = cut
  try {
    job.expected = await expectedOf(request, store)
    const exists = (): boolean => configs.find(request) !== undefined
    const ports = { store, exists, wake: relay.wake, nowMs, signal }
    const done = await runReplay({ ...ports, request, target, tally })
    // Removed meanwhile: what was handed over after that would wait for ever.
    if (!exists()) await gone(request, store)
    if (done.held) await relay.retry({ dataset_id, destination_id })
    job.state = signal.aborted ? 'cancelled' : 'done'
  } catch (error) {
    const isOurs = error instanceof TwofoldError
    if (!isOurs) onTrouble(error)
    job.state = 'failed'
    job.error = isOurs
      ? { code: error.code, detail: error.message }
      : { code: 'internal', detail: 'Something went wrong on our side; see the server log.' }
  }
  job.endedMs = nowMs()
}

async function gone(
  { dataset_id, destination_id }: DestinationKey,
  store: ReplayPorts['store'],
): Promise<never> {
  await store.eraseDestination(dataset_id, destination_id)
  throw new TwofoldError('destination_not_found', 'It was removed while it was replayed.')
}

async function expectedOf(
  { dataset_id, event_names, from, to }: ReplayRequest,
  store: ReplayPorts['store'],
): Promise<number> {
  const query = { dataset_id, from_s: from, to_s: to, by: 'total' as const }
  const { counters } = await store.counters(query)
  return counters
    .filter(({ metric }) => metric === 'accepted')
    .filter((row) => event_names.length === 0 || event_names.includes(row.event_name))
    .reduce((sum, { n }) => sum + n, 0)
}

function viewOf(job: Job): ReplayView {
  const { request, tally } = job
  const { settings, rules, ...asked } = request
  return {
    ...asked,
    replay_id: job.id,
    state: job.state,
    rules: typeof rules === 'string' ? rules : 'draft',
    rules_version: job.rulesVersion ?? null,
    settings_changed: settings !== undefined,
    started_ms: job.startedMs,
    ended_ms: job.endedMs ?? null,
    expected: Math.max(job.expected, tally.counts.scanned),
    ...tally.shown(),
    warnings: [...job.remarks, ...tally.warnings(request)],
    error: job.error ?? null,
  }
}
