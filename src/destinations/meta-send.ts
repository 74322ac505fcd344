/**
 * One batch to Meta. What is certain to be refused is not sent; the rest goes in as few requests as
 * fit. A refused one is searched (settle-batch.ts), so that only the bad events end rejected, with
 * Meta's own code and words.
 */
import { EVENTS_PER_REQUEST_MAX, META_BODY_BYTES_MAX } from '../limits.ts'
import type { OutboundEvent, SendPorts, Sent } from './destination.ts'
import { readAnswer } from './meta-answer.ts'
import { refusedBeforehand } from './meta-check.ts'
import { metaPayload } from './meta-payload.ts'
import { metaRequest, postEvents } from './meta-request.ts'
import type { MetaSettings } from './meta-settings.ts'
import { settleBatch } from './settle-batch.ts'

export async function sendToMeta(
  events: readonly OutboundEvent[],
  settings: MetaSettings,
  ports: SendPorts,
): Promise<Sent> {
  const request = metaRequest(settings)
  const refused = events.map(({ event }) =>
    settings.check_first ? refusedBeforehand(event) : undefined,
  )
  const texts = events.map(({ event, payload }) => payload ?? JSON.stringify(metaPayload(event)))
  let pauseMs = 0
  const sent = await settleBatch({
    events: texts,
    groups: groupsOf(texts, (place) => refused[place] === undefined),
    send: async (part) => {
      const result = await postEvents(request, part, ports)
      const reading = readAnswer(result, part.length, ports.nowMs())
      pauseMs = Math.max(pauseMs, reading.pauseMs)
      return { exchange: result.exchange, verdict: reading.verdict }
    },
    signal: ports.signal,
  })
  const outcomes = sent.outcomes.map((outcome, place) => refused[place] ?? outcome)
  return { ...sent, outcomes, ...(pauseMs > 0 && { pauseMs }) }
}

/** Places in order, each group within the events and bytes of one request. */
function groupsOf(texts: readonly string[], isSent: (place: number) => boolean): number[][] {
  const groups: number[][] = []
  let bytesLeft = 0
  for (const [place, text] of texts.entries()) {
    if (!isSent(place)) continue
    const bytes = Buffer.byteLength(text) + 1
    if (bytes > bytesLeft || groups.at(-1)?.length === EVENTS_PER_REQUEST_MAX) {
      groups.push([])
      bytesLeft = META_BODY_BYTES_MAX - ENVELOPE_BYTES
    }
    groups.at(-1)?.push(place)
    bytesLeft -= bytes
  }
  return groups
}

/** More than what stands around the events in a body. */
const ENVELOPE_BYTES = 1024
