/**
 * Server legs on their way out. A report that fails is kept and tried again with the same event id,
 * which is safe because a second copy is counted as a duplicate. The panel's switch can delay or
 * break it. In memory and bounded: a real shop would keep this list in its database.
 */
import type { Switches } from './switches.ts'

/** As the panel shows it. `due_at_ms` only while it waits. */
export interface Waiting {
  readonly event_id: string
  readonly event_name: string
  readonly order_id: string | undefined
  readonly state: 'delayed' | 'failed' | 'sending'
  readonly due_at_ms: number | undefined
}

export interface OutboxPorts {
  send(event: ServerLeg): Promise<void>
  nowMs(): number
  /** Runs later; must not keep the process alive. */
  later(run: () => void, delayMs: number): void
  /** Called whenever what waits for this visitor has changed. */
  changed(visitor: string): void
}

export interface ServerLeg {
  readonly [key: string]: unknown
}

export interface Outbox {
  put(visitor: string, event: ServerLeg, mode: Switches['server']): void
  /** The switch is back: everything of this visitor that failed is sent now. */
  release(visitor: string): void
  waiting(visitor: string): readonly Waiting[]
}

export const DELAY_MS = 10_000
const ENTRIES_MAX = 2000
const RETRY_MS = [1000, 3000, 10_000, 30_000, 60_000]

interface Entry {
  readonly visitor: string
  readonly event: ServerLeg
  state: Waiting['state']
  dueAtMs: number | undefined
  attempts: number
}

export function createOutbox(ports: OutboxPorts): Outbox {
  const entries = new Set<Entry>()

  async function attempt(entry: Entry): Promise<void> {
    if (!entries.has(entry) || entry.state === 'sending') return
    entry.state = 'sending'
    entry.dueAtMs = undefined
    ports.changed(entry.visitor)
    try {
      await ports.send(entry.event)
      entries.delete(entry)
    } catch {
      // Whatever the cause (network, 5xx, refused), the panel shows it and the shop tries again.
      fail(entry)
    }
    ports.changed(entry.visitor)
  }

  function fail(entry: Entry): void {
    entry.state = 'failed'
    const delayMs = RETRY_MS[entry.attempts]
    entry.attempts += 1
    if (delayMs !== undefined) ports.later(() => void attempt(entry), delayMs)
  }

  return {
    put(visitor, event, mode) {
      const entry: Entry = { visitor, event, state: 'delayed', dueAtMs: undefined, attempts: 0 }
      entries.add(entry)
      for (const oldest of entries) {
        if (entries.size <= ENTRIES_MAX) break
        entries.delete(oldest)
      }
      if (mode === 'normal') return void attempt(entry)
      if (mode === 'delayed') {
        entry.dueAtMs = ports.nowMs() + DELAY_MS
        ports.later(() => void attempt(entry), DELAY_MS)
      } else {
        // The outage is staged: this one waits for `release`, not for the next retry.
        entry.state = 'failed'
      }
      ports.changed(visitor)
    },
    release(visitor) {
      for (const entry of [...entries]) {
        if (entry.visitor === visitor && entry.state === 'failed') void attempt(entry)
      }
    },
    waiting: (visitor) =>
      [...entries].filter((entry) => entry.visitor === visitor).map((entry) => view(entry)),
  }
}

function view({ event, state, dueAtMs }: Entry): Waiting {
  const custom = event.custom_data as { order_id?: string } | undefined
  return {
    event_id: String(event.event_id),
    event_name: String(event.event_name),
    order_id: custom?.order_id,
    state,
    due_at_ms: dueAtMs,
  }
}
