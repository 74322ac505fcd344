/**
 * The body of POST /e (event/pixel-wire.ts) as hits: what only the browser knows is taken out of
 * each event and bounded; the event itself goes on as it came, for ingest to parse.
 */
import { TwofoldError } from '../errors.ts'
import type { PixelBody } from '../event/pixel-wire.ts'
import type { BrowserContext } from '../event/shape.ts'
import { BROWSER_TEXT_CHARS_MAX, PIXEL_EVENTS_MAX, REQUEST_TEXT_CHARS_MAX } from '../limits.ts'
import type { Hit, Hits } from './hits.ts'
import { isRecord, parseJson, textOf } from './parameters.ts'

/** Throws `invalid_request` when there is no list of events in it. */
export function readPixelBody(bytes: Buffer): Hits {
  const body = parseJson(textOf(bytes))
  if (!isRecord(body) || !Array.isArray(body.events)) {
    throw new TwofoldError('invalid_request', 'The body must be {"sent_at", "events": [...]}.')
  }
  const { sent_at, test_event_code, events } = body as Partial<Record<keyof PixelBody, unknown>> & {
    events: unknown[]
  }
  if (events.length === 0) throw new TwofoldError('invalid_request', 'The list "events" is empty.')
  if (events.length > PIXEL_EVENTS_MAX) {
    const detail = `The list "events" holds ${events.length}; at most ${PIXEL_EVENTS_MAX} are read.`
    throw new TwofoldError('invalid_request', detail)
  }
  const testCode = shortText(test_event_code, REQUEST_TEXT_CHARS_MAX)
  return {
    via: 'pixel',
    hits: events.map(readEvent),
    bytes: bytes.length,
    ...(typeof sent_at === 'number' && Number.isFinite(sent_at) ? { sentAtMs: sent_at } : {}),
    ...(testCode ? { testEventCode: testCode } : {}),
  }
}

function readEvent(value: unknown): Hit | undefined {
  if (!isRecord(value)) return undefined
  const { dataset_id, consent, browser, ...event } = value
  if (typeof dataset_id !== 'string' && typeof dataset_id !== 'number') return undefined
  const context = readBrowser(browser)
  return {
    datasetId: String(dataset_id),
    event: event.action_source === undefined ? { ...event, action_source: 'website' } : event,
    ...(consent === undefined || consent === null ? {} : { consent }),
    ...(context ? { browser: context } : {}),
  }
}

const MODES: readonly unknown[] = ['replace', 'companion', 'tr'] satisfies BrowserContext['mode'][]

/** Only what is known, in the bounds it may have. */
function readBrowser(value: unknown): BrowserContext | undefined {
  if (!isRecord(value)) return undefined
  const context: { -readonly [K in keyof BrowserContext]: BrowserContext[K] } = {}
  for (const key of ['title', 'language', 'screen', 'method', 'agent'] as const) {
    const words = shortText(value[key], BROWSER_TEXT_CHARS_MAX)
    if (words) context[key] = words
  }
  if (typeof value.in_iframe === 'boolean') context.in_iframe = value.in_iframe
  if (Number.isSafeInteger(value.attempt)) context.attempt = value.attempt as number
  if (MODES.includes(value.mode)) context.mode = value.mode as NonNullable<BrowserContext['mode']>
  return context
}

function shortText(value: unknown, charsMax: number): string | undefined {
  return typeof value === 'string' && value ? value.slice(0, charsMax) : undefined
}
