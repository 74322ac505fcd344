/**
 * The way out: an event is kept in localStorage before the first send, sent with a keepalive fetch,
 * and forgotten only when the server answered. What is left is tried again with backoff, on later
 * pages too, and by beacon when the page is hidden. The server counts an event_id once, so one try
 * too many is harmless. Called by fbq.ts (add) and main.ts; knows consent only as a gate.
 */
import type { PixelBody, PixelEvent } from '../event/pixel-wire.ts'
import { locked } from './gate.ts'
import { settings, tag } from './settings.ts'
import { randomText, safely } from './warn.ts'

/** Characters of the events that wait for another try: a twentieth of a browser's room. */
const CHARS_MAX = 250_000
/** Of one body: at three bytes a character it stays under the 64 KB a page may have in flight. */
const BODY_CHARS_MAX = 20_000
const AGE_MS_MAX = 86_400_000
const BACKOFF_MS = 4_000
/** The longest wait is about four minutes. */
const DOUBLINGS_MAX = 6
/** A request that a navigation cut off may still arrive, so it is not repeated while leaving. */
const SETTLE_MS = 500
const PREFIX = '_t2.'

/** Kept as a tuple, so that minifying the script never changes what is stored. */
type Entry = readonly [event: PixelEvent, attempts: number, nextAtMs: number]
type Batch = readonly (readonly [key: string, entry: Entry])[]

const url = `${tag.endpoint ?? settings.endpoint}/e`
/** localStorage, or this page's memory where it is blocked or full. */
let store: Record<string, string> = {}
/** What is on its way, or was given to the browser when the page was hidden. */
const gone = new Set<string>()
const page = randomText()
let made = 0

export function openStore(): void {
  safely(() => {
    store = localStorage as unknown as Record<string, string>
  })
  // What another page left behind while it waited for an answer is due by then.
  setTimeout(flush, 2 * BACKOFF_MS)
}

/** Keeps the event and sends it before the page's next task: calls of one task share a request. */
export function add(event: PixelEvent): void {
  // Sorted by this, what a full store forgets comes first: page views, and of those the oldest.
  const rank = event.event_name === 'PageView' ? 0 : 1
  save(`${PREFIX}${rank}${Date.now()}.${made++}${page}`, [event, 0, 0])
  queueMicrotask(flush)
}

/** Sends what is due; `mine`: what this page made, due or not, because it may not live longer. */
export function flush(mine?: unknown): void {
  if (locked()) return
  const nowMs = Date.now()
  const batch: [string, Entry][] = []
  let chars = 0
  let size = 0
  for (const key of Object.keys(store).sort().reverse()) {
    if (!key.startsWith(PREFIX)) continue
    safely(() => {
      const text = store[key] as string
      const bornAtMs = Number.parseFloat(key.slice(PREFIX.length + 1))
      if (nowMs - bornAtMs > AGE_MS_MAX) delete store[key]
      else if (!gone.has(key)) {
        const entry: Entry = JSON.parse(text)
        chars += text.length
        const due = mine ? key.endsWith(page) : entry[2] < nowMs
        // What was never tried is not given up, however many calls a page makes at once.
        if (entry[1] && chars > CHARS_MAX) delete store[key]
        else if (due && (!size || size + text.length < BODY_CHARS_MAX)) {
          size += text.length
          batch.unshift([key, entry])
        }
      }
    })
  }
  if (size) post(batch, mine && document.hidden)
}

function save(key: string, entry: Entry): void {
  const text = JSON.stringify(entry)
  try {
    store[key] = text
  } catch {
    // Full: this page goes on in memory.
    store = { ...store, [key]: text }
  }
}

/** The wait is written before the send: it also tells other tabs that this one is on it. */
async function post(batch: Batch, leaving: unknown): Promise<void> {
  const nowMs = Date.now()
  const content: PixelBody = {
    sent_at: nowMs,
    test_event_code: tag.testEventCode as string,
    events: batch.map(([key, [event, attempts]]) => {
      const waitMs = BACKOFF_MS * 2 ** Math.min(attempts, DOUBLINGS_MAX) * (0.5 + Math.random())
      save(key, [event, attempts + 1, nowMs + waitMs])
      setTimeout(flush, waitMs + 9)
      gone.add(key)
      return { ...event, browser: { ...event.browser, attempt: attempts + 1 } }
    }),
  }
  const body = JSON.stringify(content)
  if (leaving) {
    // What the browser's quota refuses stays for the next page, and so does what it accepts: nobody
    // tells whether it arrived.
    if (navigator.sendBeacon(url, body)) flush(1)
    return
  }
  const status = await fetch(url, {
    method: 'POST',
    body,
    keepalive: body.length < BODY_CHARS_MAX,
    credentials: 'include',
  }).then(
    (answer) => answer.status,
    // Offline, blocked, refused; or the page is leaving, and then nothing runs after the wait.
    () => new Promise<number>((resolve) => setTimeout(resolve, SETTLE_MS, 500)),
  )
  for (const [key] of batch) {
    gone.delete(key)
    // Any refusal but these would be the same tomorrow.
    if (status < 500 && status !== 408 && status !== 429) delete store[key]
  }
  flush()
}
