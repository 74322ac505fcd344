/**
 * Certificates that platforms sign with, fetched from where their source says and kept for a day.
 * A delivery waits for one that is not there yet. Called by hooks.ts.
 */
import { CERTIFICATE_CHARS_MAX, CERTIFICATE_MS, CERTIFICATES_MAX } from '../../enrich-limits.ts'

export interface CertificatesPorts {
  readonly fetch: typeof fetch
  readonly nowMs: () => number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Undefined: it could not be had. Never rejects. */
export type Certificates = (url: string) => Promise<string | undefined>

const WAIT_MS = 4000
/** Whoever posts chooses which of the platform's addresses is asked: not often in vain. */
const FAILED_MS = 30_000

interface Held {
  readonly text: Promise<string | undefined>
  untilMs: number
}

export function createCertificates(ports: CertificatesPorts): Certificates {
  const held = new Map<string, Held>()
  return (url) => {
    const nowMs = ports.nowMs()
    const known = held.get(url)
    if (known && known.untilMs > nowMs) return known.text
    for (const [name, { untilMs }] of held) if (untilMs <= nowMs) held.delete(name)
    if (held.size >= CERTIFICATES_MAX) return Promise.resolve(undefined)
    const text = fetched(url, ports)
    const one: Held = { text, untilMs: nowMs + FAILED_MS }
    held.set(url, one)
    void text.then((found) => {
      if (found !== undefined) one.untilMs = nowMs + CERTIFICATE_MS
    })
    return text
  }
}

async function fetched(url: string, ports: CertificatesPorts): Promise<string | undefined> {
  const over = new AbortController()
  const giveUp = new AbortController()
  void ports.sleep(WAIT_MS, over.signal).then(() => giveUp.abort())
  try {
    const response = await ports.fetch(url, { redirect: 'manual', signal: giveUp.signal })
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (text.length > CERTIFICATE_CHARS_MAX) return undefined
    }
    return response.ok ? text : undefined
  } catch {
    return undefined
  } finally {
    over.abort()
  }
}
