/**
 * Answers the body of POST /e, apart from HTTP: from bytes and what the request told of the visitor
 * to a status, headers and a text. Runs where the events are kept (ledger-thread.ts); pixel.ts is
 * what speaks to the browser.
 */
import { originHeaders } from './cross-origin.ts'
import { takeHits } from './hits.ts'
import { readPixelBody } from './pixel-body.ts'
import type { AnswerPixel, PixelAnswer, PixelDoorPorts } from './ports.ts'
import { type Answer, answerText, refusalAnswer, refusalOf } from './respond.ts'
import type { Visit } from './visit.ts'

export function createPixelDoor(ports: PixelDoorPorts): AnswerPixel {
  return async (body, visit) => {
    try {
      const taken = await takeHits(visit, ports, readPixelBody(body))
      const headers = taken.originAllowed ? originHeaders(visit) : []
      if (taken.refused) return answered(refusalAnswer(taken.refused), headers)
      for (const cookie of taken.setCookie) headers.push('set-cookie', cookie)
      const { received: events_received, messages } = taken
      return answered({ status: 200, body: { events_received, messages } }, headers)
    } catch (error) {
      return pixelRefusal(error, visit, ports)
    }
  }
}

/** What was thrown on the way, as an answer; a defect of ours is logged. */
export function pixelRefusal(
  error: unknown,
  visit: Visit,
  { logError }: Pick<PixelDoorPorts, 'logError'>,
): PixelAnswer {
  const refusal = refusalOf(error)
  if (refusal.code === 'internal') logError(error)
  return answered(refusalAnswer(refusal), originHeaders(visit))
}

export function answered(answer: Answer, headers: readonly string[]): PixelAnswer {
  const { status, retryAfterS } = answer
  const wait = retryAfterS === undefined ? [] : ['retry-after', String(retryAfterS)]
  return { status, text: answerText(answer), headers: [...wait, ...headers] }
}
