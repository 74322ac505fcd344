/**
 * The requests for what one delivery leaves out, one after the other, and what a failure means for
 * the delivery. Called by enricher.ts.
 */
import { ENRICH_MS, ENRICH_PATIENCE_MS, ENRICH_REQUESTS_MAX } from '../../enrich-limits.ts'
import { ANSWER_BYTES_MAX, INBOX_DETAIL_CHARS_MAX } from '../../limits.ts'
import { backoffMs } from '../../relay/backoff.ts'
import type { ClaimedInbox, InboxSettlement } from '../../store/inbox.ts'
import { type AnswerPorts, answerTo, type Unanswered } from '../platform-answer.ts'
import type { Ask, CommonSettings, Delivered, Source } from '../source.ts'

export interface AskPorts extends AnswerPorts {
  readonly random: () => number
}

/** Answers that serve several deliveries, by name. */
export type Kept = Map<string, { readonly text: string; readonly untilMs: number }>

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
    const bounds = { title: source.title, withinMs: ENRICH_MS, bytesMax: ANSWER_BYTES_MAX }
    const answer = isKept ? known : await answerTo(ask, bounds, ports)
    isLent ||= isKept
    if ('text' in answer) {
      const { text } = answer
      if (ask.keepMs && !isKept) kept.set(ask.name, { text, untilMs: ports.nowMs() + ask.keepMs })
      fetched = { ...fetched, [ask.name]: text }
    } else if (answer.of === 'refused' && isLent) {
      // A token may end before its time: all of it once more, with one that is lent anew.
      kept.clear()
      fetched = {}
      isLent = false
    } else return answer
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
