/**
 * Signed-in browsers and the one-time codes that sign one in. A session is a random cookie value,
 * stored as SHA-256, and lives no longer than the token it was made with. For access.ts alone.
 */
import { z } from 'zod'
import { SESSION_MS, SESSIONS_MAX, SIGN_IN_CODE_MS, SIGN_IN_CODES_MAX } from '../limits.ts'
import type { SettingsDocument } from '../store/store.ts'
import { digestOf, newSecret, type RandomBytes, sameDigest } from './secret.ts'

const KIND = 'session'

const storedSchema = z.object({ token_id: z.string(), expires_at_ms: z.number() })
type Session = z.infer<typeof storedSchema>

export interface Sessions {
  /** A new cookie value, in force at once, and what must be stored before it is given out. */
  readonly begin: (tokenId: string) => { session: string; documents: SettingsDocument[] }
  /** The token a cookie value was made with, while the session lasts. */
  readonly tokenIdOf: (session: string) => string | undefined
  /** Ends one; undefined when there is none. */
  readonly end: (session: string) => SettingsDocument | undefined
}

export interface SessionsPorts {
  readonly documents: readonly SettingsDocument[]
  readonly nowMs: () => number
  readonly randomBytes: RandomBytes
}

export function createSessions({ documents, nowMs, randomBytes }: SessionsPorts): Sessions {
  const byHash = new Map<string, Session>()
  for (const { id, value } of documents) {
    // A session that cannot be read is one sign-in lost, not a reason to refuse the start.
    const read = storedSchema.safeParse(value)
    byHash.set(id, read.success ? read.data : { token_id: '', expires_at_ms: 0 })
  }

  const forget = (): SettingsDocument[] => {
    const gone: SettingsDocument[] = []
    const oldestFirst = [...byHash].sort((a, b) => a[1].expires_at_ms - b[1].expires_at_ms)
    for (const [id, session] of oldestFirst) {
      if (session.expires_at_ms > nowMs() && byHash.size < SESSIONS_MAX) break
      byHash.delete(id)
      gone.push({ kind: KIND, id, value: undefined })
    }
    return gone
  }

  return {
    begin: (tokenId) => {
      const gone = forget()
      const session = newSecret(randomBytes)
      const id = digestOf(session)
      const value: Session = { token_id: tokenId, expires_at_ms: nowMs() + SESSION_MS }
      byHash.set(id, value)
      return { session, documents: [...gone, { kind: KIND, id, value }] }
    },
    tokenIdOf: (session) => {
      const found = byHash.get(digestOf(session))
      return found && found.expires_at_ms > nowMs() ? found.token_id : undefined
    },
    end: (session) => {
      const id = digestOf(session)
      return byHash.delete(id) ? { kind: KIND, id, value: undefined } : undefined
    },
  }
}

/** One-time codes that stand for a token for a few minutes; never stored. */
export interface SignInCodes {
  readonly create: (tokenId: string) => { code: string; expires_at_ms: number }
  /** The token the code was made with; the code is spent. */
  readonly redeem: (code: string) => string | undefined
}

export function createSignInCodes(ports: Omit<SessionsPorts, 'documents'>): SignInCodes {
  const open: { hash: string; token_id: string; expires_at_ms: number }[] = []
  return {
    create: (tokenId) => {
      const code = newSecret(ports.randomBytes)
      const expires_at_ms = ports.nowMs() + SIGN_IN_CODE_MS
      open.push({ hash: digestOf(code), token_id: tokenId, expires_at_ms })
      if (open.length > SIGN_IN_CODES_MAX) open.shift()
      return { code, expires_at_ms }
    },
    redeem: (code) => {
      const hash = digestOf(code)
      const index = open.findIndex((entry) => sameDigest(entry.hash, hash))
      const [entry] = index < 0 ? [] : open.splice(index, 1)
      return entry && entry.expires_at_ms > ports.nowMs() ? entry.token_id : undefined
    },
  }
}
