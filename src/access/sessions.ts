/**
 * Signed-in browsers and the one-time codes that sign one in. A session is a random cookie value,
 * stored as SHA-256; it is a person's, or lives no longer than the token it was made with. For
 * sign-in.ts and accounts.ts alone.
 */
import { z } from 'zod'
import { SESSION_MS, SESSIONS_MAX, SESSIONS_PER_HOLDER_MAX } from '../limits.ts'
import type { SettingsDocument } from '../store/store.ts'
import { digestOf, newSecret, type RandomBytes } from './secret.ts'

const KIND = 'session'
const ID_CHARS = 16

/** Whose session or code it is: exactly one of the two. */
export interface Holder {
  readonly token_id?: string | undefined
  readonly person_id?: string | undefined
}

const storedSchema = z.object({
  token_id: z.string().optional(),
  person_id: z.string().optional(),
  expires_at_ms: z.number(),
  created_at_ms: z.number().default(0),
  /** The browser and system it was begun with, such as `Firefox on Windows`. */
  browser: z.string().default(''),
})

export interface Session extends z.infer<typeof storedSchema> {
  /** Names it; finds nothing without the cookie. */
  readonly session_id: string
}

export interface Sessions {
  /** A new cookie value, in force at once, and what must be stored before it is given out. */
  readonly begin: (holder: Holder, browser: string) => Begun
  /** While it lasts. */
  readonly find: (cookie: string) => Session | undefined
  readonly ofPerson: (personId: string) => readonly Session[]
  /** Ends one; undefined when there is none. */
  readonly end: (cookie: string) => SettingsDocument | undefined
  /** Ends those of a person that `ends` is true for. */
  readonly endOf: (personId: string, ends: (session: Session) => boolean) => SettingsDocument[]
}

export interface Begun {
  readonly session: string
  readonly documents: SettingsDocument[]
}

export interface SessionsPorts {
  readonly documents: readonly SettingsDocument[]
  readonly nowMs: () => number
  readonly randomBytes: RandomBytes
}

export function createSessions({ documents, nowMs, randomBytes }: SessionsPorts): Sessions {
  /** The oldest first: all last equally long. */
  const byHash = new Map<string, Session>()
  /** The same ones by whose they are. */
  const byHolder = new Map<string, Map<string, Session>>()
  const add = (id: string, session: Session): void => {
    byHash.set(id, session)
    const key = keyOf(session)
    const own = byHolder.get(key) ?? new Map<string, Session>()
    byHolder.set(key, own.set(id, session))
  }
  const read = documents.map(({ id, value }): [string, Session] => {
    // A session that cannot be read is one sign-in lost, not a reason to refuse the start.
    const stored = storedSchema.safeParse(value)
    const session = stored.success
      ? stored.data
      : { expires_at_ms: 0, created_at_ms: 0, browser: '' }
    return [id, { session_id: id.slice(0, ID_CHARS), ...session }]
  })
  read.sort(([, a], [, b]) => a.expires_at_ms - b.expires_at_ms)
  for (const [id, session] of read) add(id, session)

  const remove = (id: string): SettingsDocument => {
    const key = keyOf(byHash.get(id) ?? {})
    const own = byHolder.get(key)
    own?.delete(id)
    if (own?.size === 0) byHolder.delete(key)
    byHash.delete(id)
    return { kind: KIND, id, value: undefined }
  }
  const forget = (): SettingsDocument[] => {
    const gone: SettingsDocument[] = []
    for (const [id, session] of byHash) {
      if (session.expires_at_ms > nowMs() && byHash.size < SESSIONS_MAX) break
      gone.push(remove(id))
    }
    return gone
  }
  const own = (holder: Holder): [string, Session][] => [...(byHolder.get(keyOf(holder)) ?? [])]

  return {
    begin: (holder, browser) => {
      const gone = forget()
      const mine = own(holder)
      const tooMany = Math.max(0, mine.length - SESSIONS_PER_HOLDER_MAX + 1)
      for (const [id] of mine.slice(0, tooMany)) gone.push(remove(id))
      const cookie = newSecret(randomBytes)
      const id = digestOf(cookie)
      const now = nowMs()
      const value = { ...holder, created_at_ms: now, expires_at_ms: now + SESSION_MS, browser }
      add(id, { session_id: id.slice(0, ID_CHARS), ...value })
      return { session: cookie, documents: [...gone, { kind: KIND, id, value }] }
    },
    find: (cookie) => {
      const found = byHash.get(digestOf(cookie))
      return found && found.expires_at_ms > nowMs() ? found : undefined
    },
    ofPerson: (personId) =>
      own({ person_id: personId }).flatMap(([, session]) =>
        session.expires_at_ms > nowMs() ? [session] : [],
      ),
    end: (cookie) => {
      const id = digestOf(cookie)
      return byHash.has(id) ? remove(id) : undefined
    },
    endOf: (personId, ends) =>
      own({ person_id: personId }).flatMap(([id, session]) => (ends(session) ? [remove(id)] : [])),
  }
}

const keyOf = ({ person_id, token_id }: Holder): string =>
  person_id === undefined ? `token ${token_id ?? ''}` : `person ${person_id}`

/**
 * One-time codes that stand for their holder for a while; never stored, gone with a restart. One
 * is open for each holder, so that nobody crowds out those of others.
 */
export interface OneTimeCodes {
  /** The one before ends. */
  readonly create: (holder: Holder) => { code: string; expires_at_ms: number }
  /** Whose code it is, which stays valid. */
  readonly look: (code: string) => Holder | undefined
  /** Whose code it was: it is spent. */
  readonly redeem: (code: string) => Holder | undefined
  readonly end: (holder: Holder) => void
}

interface OpenCode {
  readonly hash: string
  readonly holder: Holder
  readonly expires_at_ms: number
}

export function createOneTimeCodes(
  { nowMs, randomBytes }: Omit<SessionsPorts, 'documents'>,
  { lastMs, openMax }: { readonly lastMs: number; readonly openMax: number },
): OneTimeCodes {
  /** By whose they are; the oldest first: all last equally long. */
  const open = new Map<string, OpenCode>()
  const byHash = new Map<string, OpenCode>()
  const end = (holder: Holder): void => {
    const key = keyOf(holder)
    byHash.delete(open.get(key)?.hash ?? '')
    open.delete(key)
  }
  const find = (code: string): OpenCode | undefined => {
    const found = byHash.get(digestOf(code))
    return found && found.expires_at_ms > nowMs() ? found : undefined
  }
  return {
    create: (holder) => {
      end(holder)
      for (const { holder: oldest, expires_at_ms } of open.values()) {
        if (expires_at_ms > nowMs() && open.size < openMax) break
        end(oldest)
      }
      const code = newSecret(randomBytes)
      const entry = { hash: digestOf(code), holder, expires_at_ms: nowMs() + lastMs }
      open.set(keyOf(holder), entry)
      byHash.set(entry.hash, entry)
      return { code, expires_at_ms: entry.expires_at_ms }
    },
    look: (code) => find(code)?.holder,
    redeem: (code) => {
      const holder = find(code)?.holder
      if (holder) end(holder)
      return holder
    },
    end,
  }
}
