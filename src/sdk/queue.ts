/**
 * The events that wait, oldest first, within a bound of count and size, and whoever waits for them
 * to be settled. No timers, no network: sender.ts moves them.
 */
import { BATCH_CHARS_MAX, QUEUE_CHARS_MAX } from './limits.ts'
import type { SpooledEvent } from './spool.ts'

interface Waiter {
  readonly open: Set<string>
  readonly done: () => void
}

export interface Queue {
  readonly length: number
  /** false when there is no room: what waits is kept, the new one is refused. */
  add(event: SpooledEvent): boolean
  /** In front of all others, whatever the bound: they were within it when they were taken. */
  addOld(events: readonly SpooledEvent[]): void
  /** The oldest, as many as one request takes; they stay until they are removed. */
  front(eventsMax: number): readonly SpooledEvent[]
  olderThan(ms: number): readonly SpooledEvent[]
  remove(events: readonly SpooledEvent[]): void
  all(): readonly SpooledEvent[]
  /** Ends when all that are in it now are gone. */
  emptied(): Promise<void>
}

export function createQueue(eventsMax: number): Queue {
  let events: SpooledEvent[] = []
  let chars = 0
  const waiters = new Set<Waiter>()
  const settle = ({ key }: SpooledEvent): void => {
    for (const waiter of waiters) {
      waiter.open.delete(key)
      if (waiter.open.size > 0) continue
      waiters.delete(waiter)
      waiter.done()
    }
  }
  return {
    get length() {
      return events.length
    },
    add: (event) => {
      if (events.length >= eventsMax || chars + event.text.length > QUEUE_CHARS_MAX) return false
      events.push(event)
      chars += event.text.length
      return true
    },
    addOld: (old) => {
      events = [...old, ...events]
      for (const { text } of old) chars += text.length
    },
    front: (countMax) => batchOf(events, countMax),
    olderThan: (ms) => events.filter(({ queuedAtMs }) => queuedAtMs < ms),
    remove: (gone) => {
      const keys = new Set(gone.map(({ key }) => key))
      events = events.filter((event) => {
        if (!keys.has(event.key)) return true
        chars -= event.text.length
        settle(event)
        return false
      })
    },
    all: () => events,
    emptied: () => {
      if (events.length === 0) return Promise.resolve()
      const open = new Set(events.map(({ key }) => key))
      return new Promise((done) => waiters.add({ open, done }))
    },
  }
}

/** Of one test code, because the code stands beside the events. */
function batchOf(events: readonly SpooledEvent[], countMax: number): readonly SpooledEvent[] {
  const code = events[0]?.testEventCode
  let chars = 0
  let count = 0
  for (const { text, testEventCode } of events) {
    chars += text.length
    if (count === countMax || testEventCode !== code || (count > 0 && chars > BATCH_CHARS_MAX))
      break
    count += 1
  }
  return events.slice(0, count)
}
