/**
 * The requests for what one delivery leaves out: within their time and size, and what a failure
 * means for the delivery. Called by enricher.ts.
 */

import {
  ENRICH_GAP_MS,
  ENRICH_MS,
  ENRICH_PATIENCE_MS,
  ENRICH_REQUESTS_MAX,
} from '../../enrich-limits.ts'
import { TwofoldError } from '../../errors.ts'
import { ANSWER_BYTES_MAX, INBOX_DETAIL_CHARS_MAX } from '../../limits.ts'
import { backoffMs } from '../../relay/backoff.ts'
import type { ClaimedInbox, InboxSettlement } from '../../store/inbox.ts'
import type { Ask, CommonSettings, Delivered, Source } from '../source.ts'

export interface AskPorts {
  /** Closed to private addresses, and following no redirect: it would take the token along. */
  readonly fetch: typeof fetch
  readonly nowMs: () => number
  readonly random: () => number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
}

/** Answers that serve several deliveries, by name. */
export type Kept = Map<string, { readonly text: string; readonly untilMs: number }>

export interface Unanswered {
  /** What was wrong; nothing of the answer. */
  readonly detail: string
  /** platform: it does not answer anybody now. delivery: not this one. refused: not us, ever. */
  readonly of: 'platform' | 'delivery' | 'refused'
  readonly afterMs?: number
}

export type Asked = { readonly answers: Readonly<Record<string, string>> } | Unanswered

interface Subject {
  readonly source: Source
  readonly settings: CommonSettings
  readonly delivered: Delivered
}

/** Never rejects. */
export async function askAll(
  { source, settings, delivered }: Subject,
  kept: Kept,
  ports: AskPorts,
): Promise<Asked> {
  let fetched: Readonly<Record<string, string>> = {}
  let isLent = false
  for (let n = 0; n < ENRICH_REQUESTS_MAX; n++) {
    const ask = nextAsk({ source, settings, delivered: { ...delivered, fetched } })
    if (!ask) return { answers: fetched }
    if ('detail' in ask) return ask
    const known = kept.get(ask.name)
    const isKept = known !== undefined && known.untilMs > ports.nowMs()
    const text = isKept ? known.text : await answerTo(ask, source.title, ports)
    isLent ||= isKept
    if (typeof text === 'string') {
      if (ask.keepMs && !isKept) kept.set(ask.name, { text, untilMs: ports.nowMs() + ask.keepMs })
      fetched = { ...fetched, [ask.name]: text }
    } else if (text.of === 'refused' && isLent) {
      // A token may end before its time: all of it once more, with one that is lent anew.
      kept.clear()
      fetched = {}
      isLent = false
    } else return text
  }
  const detail = `More than ${ENRICH_REQUESTS_MAX} requests would be needed.`
  return { of: 'refused', detail }
}

function nextAsk({ source, settings, delivered }: Subject): Ask | Unanswered | undefined {
  try {
    const ask = source.ask?.(delivered, settings)
    return ask && 'failed' in ask ? { of: 'refused', detail: ask.detail } : ask
  } catch (error) {
    const name = error instanceof Error ? error.name : 'Error'
    return { of: 'refused', detail: `${name} in ${source.name}.` }
  }
}

/** The state of a delivery after a failure: it waits, or it is kept until somebody acts. */
export function settlementOf(
  { id, attempts, received_ms }: ClaimedInbox,
  { detail, of, afterMs }: Unanswered,
  { nowMs, random }: Pick<AskPorts, 'nowMs' | 'random'>,
): InboxSettlement {
  const words = { reason: 'enrich_failed', detail: detail.slice(0, INBOX_DETAIL_CHARS_MAX) }
  const isOver = of === 'refused' || nowMs() - received_ms > ENRICH_PATIENCE_MS
  if (isOver) return { id, attempts, state: 'failed', ...words, events: [] }
  const pauseMs = backoffMs({ attempts, afterMs }, random)
  return { id, attempts, state: 'received', due_ms: Math.ceil(nowMs() + pauseMs), ...words }
}

async function answerTo(ask: Ask, title: string, ports: AskPorts): Promise<string | Unanswered> {
  const where = `${ask.body === undefined ? 'GET' : 'POST'} ${URL.parse(ask.url)?.pathname ?? ''}`
  await ports.sleep(ENRICH_GAP_MS, ports.signal)
  const giveUp = new AbortController()
  const over = new AbortController()
  const cut = (): void => giveUp.abort()
  ports.signal.addEventListener('abort', cut, { once: true })
  if (ports.signal.aborted) cut()
  void ports.sleep(ENRICH_MS, over.signal).then(cut)
  try {
    const response = await ports.fetch(ask.url, {
      method: ask.body === undefined ? 'GET' : 'POST',
      headers: { accept: 'application/json', ...ask.headers },
      redirect: 'manual',
      signal: giveUp.signal,
      ...(ask.body === undefined ? {} : { body: ask.body }),
    })
    if (response.ok) return (await whole(response)) ?? tooLarge(where)
    await response.body?.cancel()
    if (response.status === 404 && ask.mayBeGone) return ''
    return refusalOf(response, `${title} answered ${response.status} to ${where}.`)
  } catch (error) {
    if (error instanceof TwofoldError)
      return { of: 'refused', detail: `${error.message} (${where})` }
    const reason = giveUp.signal.aborted
      ? `did not answer within ${ENRICH_MS / 1000} s`
      : 'could not be reached'
    return { of: 'platform', detail: `${title} ${reason} (${where}).` }
  } finally {
    over.abort()
    ports.signal.removeEventListener('abort', cut)
  }
}

const tooLarge = (where: string): Unanswered => ({
  of: 'refused',
  detail: `The answer to ${where} has more than ${ANSWER_BYTES_MAX / 1024 ** 2} MB.`,
})

function refusalOf(response: Response, said: string): Unanswered {
  const { status, headers } = response
  const isBusy = status === 429 || status === 408 || status === 425 || status >= 500
  if (isBusy) {
    const seconds = Number(headers.get('retry-after') ?? 'none')
    const after = seconds > 0 ? { afterMs: seconds * 1000 } : {}
    return { of: 'platform', detail: said, ...after }
  }
  // Just created, it may not be everywhere yet.
  if (status === 404) return { of: 'delivery', detail: said }
  const hint =
    status === 401 || status === 403
      ? ' Check the token and its permissions in the settings, then try it again.'
      : ''
  return { of: 'refused', detail: `${said}${hint}` }
}

/** Undefined when it is too large. */
async function whole(response: Response): Promise<string | undefined> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > ANSWER_BYTES_MAX) return undefined
    parts.push(chunk)
  }
  return Buffer.concat(parts).toString('utf8')
}
