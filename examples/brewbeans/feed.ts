/**
 * What the panel shows: the dataset's live stream, read once with the shop's read token and handed
 * on to each visitor with his own events only. The token never reaches a page. When the stream
 * above ends, the panels' streams end too: browsers open them again by themselves and start from a
 * fresh snapshot, so nothing is missed and nothing needs a timer here.
 */
import type { LegView } from '../../src/api/types.ts'

/** The part of a leg that a card needs; nothing about the person. */
export interface PanelLeg {
  readonly seq: number
  readonly of_seq: number | undefined
  readonly channel: string
  readonly event_name: string
  readonly event_id: string | undefined
  readonly order_id: unknown
  readonly what: unknown
  readonly value: unknown
  readonly currency: unknown
  readonly verdict: string
  readonly reason: string | undefined
  readonly matched_by: string | undefined
  readonly received_at_ms: number
}

export interface FeedOptions {
  readonly collectorUrl: string
  readonly datasetId: string
  readonly readToken: string
}

export interface Visitor {
  /** The hash under which his legs carry external_id. */
  readonly externalId: string
  readonly sinceMs: number
}

export interface Feed {
  /** An event stream for one panel, or undefined when there are too many. */
  open(visitor: Visitor, greeting: () => unknown): ReadableStream<Uint8Array> | undefined
  /** Sends an event of the shop's own to this visitor's panels. */
  tell(externalId: string, event: string, data: unknown): void
}

interface Panel {
  readonly externalId: string
  write(text: string): void
  end(): void
}

const PANELS_MAX = 500
/** Messages a slow panel may lag behind before it has to begin again. */
const BACKLOG_MAX = 200
/** Events of one visitor's snapshot. */
const SNAPSHOT_EVENTS = 1000

export function createFeed(options: FeedOptions): Feed {
  const panels = new Set<Panel>()
  let source: { ready: Promise<void>; stop(): void } | undefined

  const to = (externalId: string, text: string): void => {
    for (const panel of panels) if (panel.externalId === externalId) panel.write(text)
  }

  function follow(): { ready: Promise<void>; stop(): void } {
    const abort = new AbortController()
    const opened = Promise.withResolvers<void>()
    readLive(options, { signal: abort.signal, opened: opened.resolve }, (leg) => {
      if (leg === undefined) for (const panel of panels) panel.write(': still here\n\n')
      else for (const id of externalIds(leg)) to(id, message('leg', panelLeg(leg)))
    })
      .catch(opened.reject)
      .finally(() => {
        if (source !== own) return
        source = undefined
        for (const panel of panels) panel.end()
      })
    // Somebody may leave before the stream stands; nobody waits for it then.
    opened.promise.catch(() => undefined)
    const own = { ready: opened.promise, stop: () => abort.abort() }
    return own
  }

  function close(panel: Panel): void {
    panels.delete(panel)
    if (panels.size > 0 || !source) return
    const { stop } = source
    source = undefined
    stop()
  }

  return {
    open(visitor, greeting) {
      if (panels.size >= PANELS_MAX) return undefined
      return panelStream(visitor.externalId, close, async (panel) => {
        panels.add(panel)
        source ??= follow()
        // First listen, then look back: a leg in between comes twice and is drawn once.
        await source.ready
        const legs = await lookBack(options, visitor)
        panel.write(message('snapshot', legs) + message('outbox', greeting()))
      })
    },
    tell: (externalId, event, data) => to(externalId, message(event, data)),
  }
}

function panelStream(
  externalId: string,
  close: (panel: Panel) => void,
  start: (panel: Panel) => Promise<void>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let leave: () => void = () => undefined
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let open = true
        leave = () => {
          open = false
          close(panel)
        }
        const panel: Panel = {
          externalId,
          write(text) {
            if (!open) return
            if ((controller.desiredSize ?? 0) < -BACKLOG_MAX) panel.end()
            else controller.enqueue(encoder.encode(text))
          },
          end() {
            if (!open) return
            leave()
            controller.close()
          },
        }
        panel.write('retry: 2000\n\n')
        // Not awaited: the headers go out at once. A failure ends the stream; the browser retries.
        start(panel).catch(() => panel.end())
      },
      cancel: () => leave(),
    },
    { highWaterMark: 16 },
  )
}

const message = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

/** Calls `heard` with each leg, and with undefined for each sign of life in between. */
async function readLive(
  options: FeedOptions,
  control: { signal: AbortSignal; opened: () => void },
  heard: (leg: LegView | undefined) => void,
): Promise<void> {
  const response = await ask(options, 'live', control.signal)
  if (!response.body) throw new Error('the live stream has no body')
  control.opened()
  let rest = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const messages = (rest + chunk).split('\n\n')
    rest = messages.pop() ?? ''
    for (const text of messages) {
      const lines = text.split('\n')
      const data = lines.find((line) => line.startsWith('data:'))
      if (!lines.includes('event: leg') || !data) heard(undefined)
      else heard(JSON.parse(data.slice('data:'.length)) as LegView)
    }
  }
}

async function lookBack(options: FeedOptions, visitor: Visitor): Promise<PanelLeg[]> {
  const from = Math.floor(visitor.sinceMs / 1000)
  const response = await ask(options, `events?from=${from}&limit=${SNAPSHOT_EVENTS}`)
  const page = (await response.json()) as { events: { legs: LegView[] }[] }
  return page.events
    .flatMap((event) => event.legs)
    .filter((leg) => externalIds(leg).includes(visitor.externalId))
    .map(panelLeg)
}

async function ask(options: FeedOptions, what: string, signal?: AbortSignal): Promise<Response> {
  const url = `${options.collectorUrl}/api/datasets/${options.datasetId}/${what}`
  const headers = { authorization: `Bearer ${options.readToken}` }
  const response = await fetch(url, { headers, ...(signal ? { signal } : {}) })
  if (response.ok) return response
  await response.body?.cancel()
  throw new Error(`the collector answered ${response.status}`)
}

function externalIds(leg: LegView): readonly string[] {
  const ids = leg.user_data.external_id
  return Array.isArray(ids) ? ids : []
}

function panelLeg(leg: LegView): PanelLeg {
  const custom = leg.custom_data ?? {}
  return {
    seq: leg.seq,
    of_seq: leg.of_seq,
    channel: leg.channel,
    event_name: leg.event_name,
    event_id: leg.event_id,
    order_id: custom.order_id,
    what: custom.content_name,
    value: custom.value,
    currency: custom.currency,
    verdict: leg.verdict,
    reason: leg.reason,
    matched_by: leg.matched_by,
    received_at_ms: leg.received_at_ms,
  }
}
