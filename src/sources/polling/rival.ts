/**
 * Whether the platform itself reports the sales of a shop to Meta: its pages name the pixels that
 * such a program feeds. Asked like any visitor does, without a token, so redirects to the shop's
 * own domain are followed. Called by poller.ts after a round.
 */
import { POLL_ANSWER_MS, RIVAL_PAGE_BYTES_MAX, RIVAL_REDIRECTS_MAX } from '../../enrich-limits.ts'
import type { AnswerPorts } from '../platform-answer.ts'
import type { Polling } from '../source.ts'

/** Undefined where the page cannot be had: then nothing is known. Never rejects. */
export async function pixelsOn(
  address: string,
  pixelsIn: NonNullable<Polling['rival']>['pixelsIn'],
  ports: AnswerPorts,
): Promise<readonly string[] | undefined> {
  const giveUp = new AbortController()
  const over = new AbortController()
  const cut = (): void => giveUp.abort()
  ports.signal.addEventListener('abort', cut, { once: true })
  void ports.sleep(POLL_ANSWER_MS, over.signal).then(cut)
  try {
    let url: string | undefined = address
    for (let hops = 0; url !== undefined && hops <= RIVAL_REDIRECTS_MAX; hops++) {
      const headers = { accept: 'text/html' }
      const response = await ports.fetch(url, {
        headers,
        redirect: 'manual',
        signal: giveUp.signal,
      })
      if (response.ok) return pixelsIn(await beginningOf(response))
      await response.body?.cancel()
      url = nextOf(response, url)
    }
    return undefined
  } catch {
    // Whatever it was, the orders came: it is looked at again tomorrow.
    return undefined
  } finally {
    over.abort()
    ports.signal.removeEventListener('abort', cut)
  }
}

function nextOf({ status, headers }: Response, from: string): string | undefined {
  const location = headers.get('location')
  const next = status >= 300 && status < 400 && location ? URL.parse(location, from) : null
  return next && /^https?:$/.test(next.protocol) ? next.href : undefined
}

async function beginningOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    parts.push(chunk)
    bytes += chunk.byteLength
    if (bytes >= RIVAL_PAGE_BYTES_MAX) break
  }
  return Buffer.concat(parts).toString('utf8')
}
