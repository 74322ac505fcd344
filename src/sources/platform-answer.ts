/**
 * One request to a platform with the merchant's token: within its time and size, and what a failure
 * means, in words that show neither token nor answer. Called by inbox/asking.ts (what a delivery
 * leaves out) and polling/round.ts (orders that changed).
 */
import { ENRICH_GAP_MS } from '../enrich-limits.ts'
import { TwofoldError } from '../errors.ts'
import type { Ask } from './source.ts'

export interface AnswerPorts {
  /** Closed to private addresses, and following no redirect: it would take the token along. */
  readonly fetch: typeof fetch
  readonly nowMs: () => number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
}

export interface Unanswered {
  /** What was wrong; nothing of the answer. */
  readonly detail: string
  /** platform: it does not answer anybody now. delivery: not this one. refused: not us, ever. */
  readonly of: 'platform' | 'delivery' | 'refused'
  readonly afterMs?: number
}

export interface Answer {
  readonly text: string
  readonly headers: Headers
}

export interface AnswerBounds {
  /** What the platform is called. */
  readonly title: string
  readonly withinMs: number
  readonly bytesMax: number
}

type Asked = Pick<Ask, 'url' | 'headers' | 'body' | 'mayBeGone'>

/** After the pause that every platform gets between two requests. Never rejects. */
export async function answerTo(
  ask: Asked,
  bounds: AnswerBounds,
  ports: AnswerPorts,
): Promise<Answer | Unanswered> {
  const { title, withinMs, bytesMax } = bounds
  const where = `${ask.body === undefined ? 'GET' : 'POST'} ${URL.parse(ask.url)?.pathname ?? ''}`
  await ports.sleep(ENRICH_GAP_MS, ports.signal)
  const giveUp = new AbortController()
  const over = new AbortController()
  const cut = (): void => giveUp.abort()
  ports.signal.addEventListener('abort', cut, { once: true })
  if (ports.signal.aborted) cut()
  void ports.sleep(withinMs, over.signal).then(cut)
  try {
    const response = await ports.fetch(ask.url, {
      method: ask.body === undefined ? 'GET' : 'POST',
      headers: { accept: 'application/json', ...ask.headers },
      redirect: 'manual',
      signal: giveUp.signal,
      ...(ask.body === undefined ? {} : { body: ask.body }),
    })
    const { headers } = response
    if (response.ok) {
      const text = await whole(response, bytesMax)
      return text === undefined ? tooLarge(where, bytesMax) : { text, headers }
    }
    await response.body?.cancel()
    if (response.status === 404 && ask.mayBeGone) return { text: '', headers }
    return refusalOf(response, `${title} answered ${response.status} to ${where}.`, ports.nowMs())
  } catch (error) {
    if (error instanceof TwofoldError)
      return { of: 'refused', detail: `${error.message} (${where})` }
    const reason = giveUp.signal.aborted
      ? `did not answer within ${withinMs / 1000} s`
      : 'could not be reached'
    return { of: 'platform', detail: `${title} ${reason} (${where}).` }
  } finally {
    over.abort()
    ports.signal.removeEventListener('abort', cut)
  }
}

const tooLarge = (where: string, bytesMax: number): Unanswered => ({
  of: 'refused',
  detail: `The answer to ${where} has more than ${bytesMax / 1024 ** 2} MB.`,
})

function refusalOf(response: Response, said: string, nowMs: number): Unanswered {
  const { status, headers } = response
  const isBusy = status === 429 || status === 408 || status === 425 || status >= 500
  if (isBusy) {
    const afterMs = wishIn(headers, nowMs)
    return { of: 'platform', detail: said, ...(afterMs === undefined ? {} : { afterMs }) }
  }
  // Just created, it may not be everywhere yet.
  if (status === 404) return { of: 'delivery', detail: said }
  const hint =
    status === 401 || status === 403
      ? ' Check the token and its permissions in the settings, then try it again.'
      : ''
  return { of: 'refused', detail: `${said}${hint}` }
}

/** Retry-After in seconds or as a date; BigCommerce has a header of its own, in milliseconds. */
function wishIn(headers: Headers, nowMs: number): number | undefined {
  const text = headers.get('retry-after') ?? ''
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  const own = Number(headers.get('x-rate-limit-time-reset-ms') ?? 'none')
  return [ms, own].find((one) => one > 0)
}

/** Undefined when it is too large. */
async function whole(response: Response, bytesMax: number): Promise<string | undefined> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > bytesMax) return undefined
    parts.push(chunk)
  }
  return Buffer.concat(parts).toString('utf8')
}
