/**
 * The tokens of the instance: made, found by their SHA-256 in one look-up, revoked. The token of
 * TWOFOLD_ADMIN_TOKEN is one of them, but lives only in memory. Called by access.ts alone.
 */
import { z } from 'zod'
import { TwofoldError } from '../errors.ts'
import {
  TOKEN_FORGET_MS,
  TOKEN_USE_STEP_MS,
  TOKENS_MAX,
  TOKENS_PER_DATASET_MAX,
} from '../limits.ts'
import type { SettingsDocument } from '../store/store.ts'
import { byAge } from './age.ts'
import type { Caller } from './caller.ts'
import { ALL, type Grant, type Purpose, purposeSchema } from './grant.ts'
import { digestOf, newId, newSecret, type RandomBytes, sameDigest } from './secret.ts'

const KIND = 'token'

const storedSchema = z.object({
  hash: z.string(),
  dataset_id: z.string(),
  purpose: purposeSchema,
  name: z.string(),
  created_at_ms: z.number(),
  /** From then on it is not known any more; null: it lasts. */
  expires_at_ms: z.number().nullable().default(null),
  /** Who made it, as people know them; empty in files of earlier versions. */
  made_by: z.string().default(''),
  /** The id of the one that took its place; it ends soon, and is not replaced again. */
  replaced_by: z.string().nullable().default(null),
})
/** Of its own, so that noting a use never races with a change of the token. */
const USE_KIND = 'token_use'
const useSchema = z.object({ last_used_ms: z.number() })

export interface TokenRequest {
  /** A dataset id, or ALL. */
  readonly dataset_id: string
  readonly purpose: Purpose
  readonly name?: string
  readonly expires_at_ms?: number | null
  readonly made_by?: string
}

/** What is known of a token once it has been shown: everything but the token. */
export interface TokenRecord {
  readonly id: string
  readonly hash: string
  readonly dataset_id: string
  readonly purpose: Purpose
  readonly name: string
  readonly created_at_ms: number
  readonly expires_at_ms: number | null
  readonly made_by: string
  readonly replaced_by: string | null
}

export interface Tokens {
  readonly records: () => readonly TokenRecord[]
  /**
   * A new token, not yet in force: `add` it once its document is stored. `endingId` names one that
   * ends with it. Throws `limit_reached`.
   */
  readonly draft: (
    request: TokenRequest,
    endingId?: string,
  ) => { token: string; record: TokenRecord }
  readonly add: (record: TokenRecord) => void
  readonly find: (id: string) => TokenRecord | undefined
  readonly remove: (id: string) => void
  /** Whose token this is. One hash and one look-up, however many tokens there are. */
  readonly grantOf: (token: string) => Grant | undefined
  /** The grant of a token that is still in force, for sessions made with it. */
  readonly grantById: (id: string) => Grant | undefined
  readonly callerOf: (grant: Grant) => Caller
  /** When it last let somebody in (ms); undefined: not since it was made. */
  readonly lastUsedMs: (id: string) => number | undefined
  /** What has to be stored about uses since the last call; a use a minute ago is near enough. */
  readonly takeUses: () => SettingsDocument[]
  /**
   * Ids of tokens that expired so long ago that nobody looks for them, or before so many others of
   * `datasetId` that only a program can have made them.
   */
  readonly forgotten: (datasetId: string) => readonly string[]
}

export interface TokensPorts {
  readonly documents: readonly SettingsDocument[]
  readonly uses: readonly SettingsDocument[]
  readonly adminToken: string | undefined
  readonly nowMs: () => number
  readonly randomBytes: RandomBytes
}

export function createTokens(ports: TokensPorts): Tokens {
  const byId = new Map<string, TokenRecord>()
  const byHash = new Map<string, TokenRecord>()
  const add = (record: TokenRecord): void => {
    byId.set(record.id, record)
    byHash.set(record.hash, record)
  }
  for (const record of ports.documents.map(recordOf).sort(byAge)) add(record)
  const uses = createUses(ports)
  const isOver = ({ expires_at_ms }: TokenRecord): boolean =>
    expires_at_ms !== null && expires_at_ms <= ports.nowMs()
  const configured = ports.adminToken ? configuredRecord(ports.adminToken) : undefined

  const requireRoom = (datasetId: string, endingId?: string): void => {
    if (byId.size >= TOKENS_MAX) {
      throw new TwofoldError('limit_reached', `There are ${TOKENS_MAX} tokens.`)
    }
    let own = 0
    for (const record of byId.values()) {
      if (record.dataset_id === datasetId && record.id !== endingId && !isOver(record)) own += 1
    }
    if (own >= TOKENS_PER_DATASET_MAX) {
      const whose = datasetId === ALL ? 'that are for all datasets' : 'of this dataset'
      const detail = `There are ${TOKENS_PER_DATASET_MAX} tokens ${whose}. Revoke one first.`
      throw new TwofoldError('limit_reached', detail)
    }
  }
  const draft: Tokens['draft'] = (request, endingId) => {
    const { dataset_id, purpose, name = '', expires_at_ms = null, made_by = '' } = request
    requireRoom(dataset_id, endingId)
    const token = `tf_${purpose}_${newSecret(ports.randomBytes)}`
    const record: TokenRecord = {
      id: newId(ports.randomBytes, 'tok'),
      hash: digestOf(token),
      created_at_ms: ports.nowMs(),
      replaced_by: null,
      ...{ dataset_id, purpose, name, expires_at_ms, made_by },
    }
    return { token, record }
  }

  return {
    records: () => [...byId.values()],
    draft,
    add,
    find: (id) => byId.get(id),
    remove: (id) => {
      byHash.delete(byId.get(id)?.hash ?? '')
      byId.delete(id)
      uses.remove(id)
    },
    grantOf: (token) => {
      const hash = digestOf(token)
      if (configured && sameDigest(configured.hash, hash)) return grant(configured)
      const record = byHash.get(hash)
      if (!record || !sameDigest(record.hash, hash) || isOver(record)) return undefined
      uses.note(record.id)
      return grant(record)
    },
    grantById: (id) => {
      const record = configured?.id === id ? configured : byId.get(id)
      return record && !isOver(record) ? grant(record) : undefined
    },
    callerOf: (grant) => {
      const { token_id: id } = grant
      const name = byId.get(id)?.name || (configured?.id === id ? 'admin token' : id)
      return { kind: 'token', id, name, grant }
    },
    lastUsedMs: uses.last,
    takeUses: uses.take,
    forgotten: (datasetId) =>
      forgotten([...byId.values()].filter(isOver), datasetId, ports.nowMs()),
  }
}

function forgotten(ended: readonly TokenRecord[], datasetId: string, now: number): string[] {
  const endOf = ({ expires_at_ms }: TokenRecord): number => expires_at_ms ?? Infinity
  const tooMany = ended
    .filter(({ dataset_id }) => dataset_id === datasetId)
    .sort((a, b) => endOf(b) - endOf(a))
    .slice(TOKENS_PER_DATASET_MAX)
  const tooOld = ended.filter((record) => endOf(record) + TOKEN_FORGET_MS <= now)
  return [...new Set([...tooOld, ...tooMany].map(({ id }) => id))]
}

export function tokenDocument({ id, ...value }: TokenRecord): SettingsDocument {
  return { kind: KIND, id, value }
}

/** The token, and what is known of its uses. */
export function tokenRemovals(id: string): SettingsDocument[] {
  return [
    { kind: KIND, id, value: undefined },
    { kind: USE_KIND, id, value: undefined },
  ]
}

/** The last use of each token: noted in memory at once, given out to be stored now and then. */
function createUses({ uses, nowMs }: TokensPorts) {
  const lastMs = new Map<string, number>()
  const unstored = new Set<string>()
  for (const { id, value } of uses) {
    const read = useSchema.safeParse(value)
    if (read.success) lastMs.set(id, read.data.last_used_ms)
  }
  return {
    last: (id: string): number | undefined => lastMs.get(id),
    note: (id: string): void => {
      const now = nowMs()
      if (now - (lastMs.get(id) ?? Number.NEGATIVE_INFINITY) < TOKEN_USE_STEP_MS) return
      lastMs.set(id, now)
      unstored.add(id)
    },
    remove: (id: string): void => {
      lastMs.delete(id)
      unstored.delete(id)
    },
    take: (): SettingsDocument[] => {
      const documents = [...unstored].map((id) => {
        return { kind: USE_KIND, id, value: { last_used_ms: lastMs.get(id) } }
      })
      unstored.clear()
      return documents
    },
  }
}

function readStored(id: string, value: unknown): z.infer<typeof storedSchema> {
  const read = storedSchema.safeParse(value)
  if (read.success) return read.data
  throw new TwofoldError('store_corrupt', `The record of token ${id} cannot be read.`)
}

const recordOf = ({ id, value }: SettingsDocument): TokenRecord => ({
  id,
  ...readStored(id, value),
})

/** Its id changes with the token, so that sessions made with an older one end. */
function configuredRecord(token: string): TokenRecord {
  const hash = digestOf(token)
  const id = `config_${digestOf(hash).slice(0, 18)}`
  return {
    id,
    hash,
    dataset_id: ALL,
    purpose: 'admin',
    name: 'configured',
    created_at_ms: 0,
    expires_at_ms: null,
    made_by: '',
    replaced_by: null,
  }
}

function grant({ id, dataset_id, purpose }: TokenRecord): Grant {
  return { token_id: id, dataset_id, purpose }
}
