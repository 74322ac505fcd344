/**
 * The loop out: looks in the store which destinations have something due and pokes their lanes,
 * which claim, send and settle on their own. It waits for nobody but the store, so one slow
 * destination delays no other. Started and stopped by main.ts; the API shows its alarms.
 */
import { TwofoldError } from '../errors.ts'
import { GATHER_MS, RELAY_LOOK_MS, RELAY_STOP_MS, RELAY_STORE_RETRY_MS } from '../limits.ts'
import type { Outbox } from '../store/outbox.ts'
import type { Configs } from './configs.ts'
import { Lane, type LanePorts, type Log } from './lane.ts'
import type { DestinationKey, RelayControl } from './view.ts'

export interface RelayPorts
  extends Pick<LanePorts, 'fetch' | 'nowMs' | 'random' | 'sleep' | 'reform'> {
  readonly store: Pick<
    Outbox,
    'claim' | 'settle' | 'requeue' | 'dueDeliveries' | 'deliveries' | 'endLeases'
  >
  readonly configs: Pick<Configs, 'keys' | 'opened' | 'onChange'>
  readonly log: Log
  /** Nobody else sends from this store (main.ts locks the folder): who had leases is dead. */
  readonly isAlone: boolean
}

export interface Relay extends RelayControl {
  /** Takes back what a killed forerunner had leased, finds what was held, then begins. */
  start(): Promise<void>
  /** Lets batches under way end for a moment, cuts the rest off, gives everything else back. */
  stop(): Promise<void>
}

interface State {
  readonly ports: RelayPorts
  readonly lanes: Map<string, Lane>
  readonly cut: AbortController
  readonly stopping: AbortController
  /** Given up to end the sleep of the loop; a new one for each sleep. */
  woken: AbortController
  loop: Promise<void>
}

export function createRelay(ports: RelayPorts): Relay {
  const state: State = {
    ports,
    lanes: new Map(),
    cut: new AbortController(),
    stopping: new AbortController(),
    woken: new AbortController(),
    loop: Promise.resolve(),
  }
  const wake = (): void => state.woken.abort()
  const attend = async (key: DestinationKey): Promise<number> => {
    const due = await laneOf(state, key).attend()
    if (ports.configs.opened(key).state === 'missing') state.lanes.delete(nameOf(key))
    wake()
    return due
  }
  ports.configs.onChange((key) => {
    attend(key).catch((error: unknown) => refused(state, error))
  })
  return {
    start: async () => {
      if (ports.isAlone) await ports.store.endLeases(ports.nowMs())
      for (const key of ports.configs.keys()) await restore(state, key)
      state.loop = run(state)
    },
    wake,
    alarms: (datasetId) =>
      lanesOf(state, datasetId)
        .map((lane) => lane.alarm())
        .filter((alarm) => alarm !== undefined),
    lanes: (datasetId) => lanesOf(state, datasetId).map((lane) => lane.status()),
    retry: attend,
    stop: () => stop(state),
  }
}

const nameOf = ({ dataset_id, destination_id }: DestinationKey): string =>
  `${dataset_id}:${destination_id}`

/** Holds outlive the process, in the deliveries that were held. */
async function restore(
  state: State,
  { dataset_id, destination_id }: DestinationKey,
): Promise<void> {
  const lane = laneOf(state, { dataset_id, destination_id })
  const query = { dataset_id, destination_id, states: ['held' as const], limit: 1 }
  const { deliveries } = await state.ports.store.deliveries(query)
  const [held] = deliveries
  if (!held) return
  const { code = 'held', detail = '', settled_ms, created_ms } = held
  lane.restoreHold({ code, detail }, settled_ms ?? created_ms)
}

async function run(state: State): Promise<void> {
  const { ports, stopping } = state
  while (!stopping.signal.aborted) {
    const nextMs = await look(state)
    const ms = Math.max(GATHER_MS, nextMs - ports.nowMs())
    await ports.sleep(ms, state.woken.signal)
    // What came in now travels with what comes in the next moment.
    if (state.woken.signal.aborted) await ports.sleep(GATHER_MS, stopping.signal)
    if (!stopping.signal.aborted) state.woken = new AbortController()
  }
}

/** Pokes whoever has something due; returns when to look again. */
async function look(state: State): Promise<number> {
  const { store, nowMs } = state.ports
  try {
    const { due, next_due_ms } = await store.dueDeliveries(nowMs())
    const now = nowMs()
    for (const key of due) laneOf(state, key).poke()
    let nextMs = Math.min(now + RELAY_LOOK_MS, next_due_ms ?? Number.POSITIVE_INFINITY)
    for (const lane of state.lanes.values()) {
      // A hold whose events are all held has nothing due, and must be asked about all the same.
      if (lane.nextMs(now) <= now) lane.poke()
      nextMs = Math.min(nextMs, lane.nextMs(now))
    }
    return nextMs
  } catch (error) {
    refused(state, error)
    return nowMs() + RELAY_STORE_RETRY_MS
  }
}

function refused({ ports }: State, error: unknown): void {
  const why = error instanceof TwofoldError ? error.message : String((error as Error)?.name)
  ports.log('warn', 'the store refused the relay; it tries again', { why })
}

function laneOf(state: State, { dataset_id, destination_id }: DestinationKey): Lane {
  const key = { dataset_id, destination_id }
  const known = state.lanes.get(nameOf(key))
  if (known) return known
  const { ports } = state
  const lane = new Lane(key, {
    ...ports,
    open: () => ports.configs.opened(key),
    onTurn: () => state.woken.abort(),
    cut: state.cut.signal,
  })
  state.lanes.set(nameOf(key), lane)
  return lane
}

function lanesOf({ lanes }: State, datasetId: string | undefined): Lane[] {
  return [...lanes.values()].filter(
    ({ key }) => datasetId === undefined || key.dataset_id === datasetId,
  )
}

async function stop(state: State): Promise<void> {
  const { ports, stopping, cut, lanes } = state
  stopping.abort()
  state.woken.abort()
  const ended = Promise.all([...lanes.values()].map((lane) => lane.stop()))
  const all = new AbortController()
  const patience = ports.sleep(RELAY_STOP_MS, all.signal)
  await Promise.race([ended, patience])
  all.abort()
  cut.abort()
  await ended
  await state.loop
}
