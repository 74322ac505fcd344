/**
 * What the SDK needs of the machine it runs on: clock, chance, timers, the network, the console
 * and SHA-256. The only file of the SDK that touches any of them; all of it exists in Node 18, Bun,
 * Deno, Cloudflare Workers and on Vercel's edge. Made once by client.ts.
 */
import { sha256 } from '../event/sha256.ts'
import { REQUEST_MS } from './limits.ts'

export type Fetch = (input: string, init: RequestInit) => Promise<Response>

export interface Platform {
  nowMs(): number
  /** [0, 1). */
  random(): number
  uuid(): string
  readonly fetch: Fetch
  /** Ends a request that takes longer than REQUEST_MS, the reading of its answer included. */
  deadline(): AbortSignal
  /** Calls `run` once; returns what cancels it. `holds`: a program waits for it before it ends. */
  later(ms: number, run: () => void, holds: boolean): () => void
  warn(words: string): void
  sha256(text: string): string
}

export function createPlatform(ownFetch?: Fetch): Platform {
  return {
    nowMs: () => Date.now(),
    random: () => Math.random(),
    uuid,
    // Not taken from the global before it is called: instrumentation may replace it later.
    fetch: ownFetch ?? ((input, init) => fetch(input, init)),
    deadline: () => AbortSignal.timeout(REQUEST_MS),
    later: (ms, run, holds) => {
      const timer = setTimeout(run, ms)
      if (!holds) (timer as { unref?(): void }).unref?.()
      return () => clearTimeout(timer)
    },
    warn: (words) => console.warn(words),
    sha256: nativeSha256() ?? sha256,
  }
}

/** Node 18 has no global crypto; an id there is as unlikely to come twice, only guessable. */
function uuid(): string {
  const { crypto } = globalThis as { crypto?: { randomUUID?(): string } }
  if (crypto?.randomUUID) return crypto.randomUUID()
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () =>
    Math.floor(Math.random() * 16).toString(16),
  )
}

interface NodeCrypto {
  /** Node 20.12 and later; half the time of the other. */
  hash?(name: 'sha256', text: string): string
  createHash(name: 'sha256'): { update(text: string): { digest(form: 'hex'): string } }
}

/** Where the runtime brings a synchronous one, and without an import that an edge lacks. */
function nativeSha256(): Platform['sha256'] | undefined {
  const { process } = globalThis as {
    process?: { getBuiltinModule?(name: string): NodeCrypto | undefined }
  }
  const crypto = process?.getBuiltinModule?.('crypto')
  if (!crypto) return undefined
  const { hash } = crypto
  if (hash) return (text) => hash('sha256', text)
  return (text) => crypto.createHash('sha256').update(text).digest('hex')
}
