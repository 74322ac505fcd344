/**
 * The domains of datasets and whether they are proven, held in memory and kept in the store. It
 * lets nothing in and keeps nothing out: which sites may report stands in `allowed_domains`. Called
 * by the API; main.ts makes it.
 */
import { z } from 'zod'
import { TwofoldError } from '../errors.ts'
import { DOMAINS_PER_DATASET_MAX } from '../limits.ts'
import type { SettingsDocument, Store } from '../store/store.ts'
import {
  PROOF_METHODS,
  type ProofPorts,
  type ProofTexts,
  proofTexts,
  seekProof,
} from './domain-proof.ts'
import type { RandomBytes } from './secret.ts'

const KIND = 'domain'
const CODE_BYTES = 16

const storedSchema = z.object({
  /** To be shown to the domain; no secret, but nobody else's. */
  code: z.string(),
  added_at_ms: z.number(),
  checked_at_ms: z.number().nullable(),
  /** Of the last check that found the proof. */
  proven_at_ms: z.number().nullable(),
  proven_by: z.enum(PROOF_METHODS).nullable(),
  /** The first check since that did not find it; absent or null: none. */
  missing_since_ms: z.number().nullable().default(null),
  /** Of the last check. */
  misses: z.record(z.enum(PROOF_METHODS), z.string().nullable()).nullable(),
})

export interface Domain extends z.infer<typeof storedSchema> {
  readonly dataset_id: string
  /** A host, with its port where that is not the usual one. */
  readonly domain: string
}

export type DomainState = 'waiting' | 'proven' | 'lost'

export interface Domains {
  /** In the order in which they were added. */
  of(datasetId: string): readonly Domain[]
  /** Takes an address, too. Throws `invalid_request`, `limit_reached`. */
  add(datasetId: string, text: string): Promise<Domain>
  /** Looks for the proof. Throws `domain_not_found`. */
  check(datasetId: string, domain: string): Promise<Domain>
  /** Every one of every dataset that was proven once. */
  proven(): readonly Domain[]
  /**
   * Looks again, unasked. A proof that is missed once is missed a second time before the domain
   * counts as lost: name servers and sites have bad moments. `turned` is run around the write of
   * what became lost, or was found again. Throws `domain_not_found`.
   */
  recheck(domain: Domain, turned: Turned): Promise<void>
  /** Throws `domain_not_found`. */
  remove(datasetId: string, domain: string): Promise<void>
  removeDataset(datasetId: string): Promise<void>
}

/** Writes down what became of a domain, with an entry of its own in the history. */
export type Turned = (turn: 'lost' | 'found', write: () => Promise<void>) => Promise<void>

export interface DomainsPorts extends ProofPorts {
  readonly store: Pick<Store, 'getSettings' | 'putSettings'>
  readonly nowMs: () => number
  readonly randomBytes: RandomBytes
}

export async function createDomains(ports: DomainsPorts): Promise<Domains> {
  const { store, nowMs, randomBytes } = ports
  const byKey = new Map<string, Domain>()
  for (const { id, value } of await store.getSettings(KIND)) byKey.set(id, readStored(id, value))
  const of = (datasetId: string): readonly Domain[] =>
    [...byKey.values()]
      .filter(({ dataset_id }) => dataset_id === datasetId)
      .sort((a, b) => a.added_at_ms - b.added_at_ms)
  const existing = (datasetId: string, domain: string): Domain => {
    const found = byKey.get(keyOf(datasetId, domain))
    if (!found) throw new TwofoldError('domain_not_found', `There is no ${domain} on the list.`)
    return found
  }
  const keep = async (domain: Domain): Promise<void> => {
    await store.putSettings([documentOf(domain)])
    byKey.set(keyOf(domain.dataset_id, domain.domain), domain)
  }
  return {
    of,
    add: async (dataset_id, text) => {
      const domain = plainDomain(text)
      const key = keyOf(dataset_id, domain)
      if (byKey.has(key))
        throw wrong(`${domain} is on the list already: check it there, or give another one`)
      if (of(dataset_id).length >= DOMAINS_PER_DATASET_MAX) {
        throw new TwofoldError('limit_reached', `There are ${DOMAINS_PER_DATASET_MAX} domains.`)
      }
      const code = Buffer.from(randomBytes(CODE_BYTES)).toString('hex')
      const made: Domain = { dataset_id, domain, code, added_at_ms: nowMs(), ...UNCHECKED }
      // At once, so that a second request of the same moment finds it.
      byKey.set(key, made)
      try {
        await store.putSettings([documentOf(made)])
      } catch (error) {
        byKey.delete(key)
        throw error
      }
      return made
    },
    check: async (datasetId, domain) => {
      const { code } = existing(datasetId, domain)
      const { proven_by, misses } = await seekProof(domain, code, ports)
      // It may have been removed meanwhile.
      const now = existing(datasetId, domain)
      const checked = afterCheck(now, { proven_by, misses }, nowMs())
      await keep(checked)
      return checked
    },
    proven: () => [...byKey.values()].filter(({ proven_at_ms }) => proven_at_ms !== null),
    recheck: async ({ dataset_id, domain, code }, turned) => {
      const search = await seekProof(domain, code, ports)
      const was = existing(dataset_id, domain)
      const checked = afterCheck(was, search, nowMs())
      const isFirstMiss = was.proven_by !== null && was.missing_since_ms === null
      const isKept = checked.proven_by === null && isFirstMiss
      const next = isKept ? { ...checked, proven_by: was.proven_by } : checked
      const write = (): Promise<void> => keep(next)
      const [before, after] = [domainState(was), domainState(next)]
      if (before === after) await write()
      else await turned(after === 'lost' ? 'lost' : 'found', write)
    },
    remove: async (datasetId, domain) => {
      const removed = existing(datasetId, domain)
      await store.putSettings([{ ...documentOf(removed), value: undefined }])
      byKey.delete(keyOf(datasetId, domain))
    },
    removeDataset: async (datasetId) => {
      const gone = of(datasetId)
      if (gone.length === 0) return
      await store.putSettings(gone.map((one) => ({ ...documentOf(one), value: undefined })))
      for (const { domain } of gone) byKey.delete(keyOf(datasetId, domain))
    },
  }
}

/** `lost`: it was proven once, and the last check did not find it any more. */
export function domainState({ proven_by, proven_at_ms }: Domain): DomainState {
  if (proven_by !== null) return 'proven'
  return proven_at_ms === null ? 'waiting' : 'lost'
}

export const domainTexts = ({ domain, code }: Domain): ProofTexts => proofTexts(domain, code)

function afterCheck(
  was: Domain,
  { proven_by, misses }: Pick<Domain, 'proven_by' | 'misses'>,
  atMs: number,
): Domain {
  const checked = { ...was, checked_at_ms: atMs, misses, proven_by }
  if (proven_by !== null) return { ...checked, proven_at_ms: atMs, missing_since_ms: null }
  if (was.proven_at_ms === null) return checked
  return { ...checked, missing_since_ms: was.missing_since_ms ?? atMs }
}

const UNCHECKED = {
  checked_at_ms: null,
  proven_at_ms: null,
  missing_since_ms: null,
  proven_by: null,
  misses: null,
}

const keyOf = (datasetId: string, domain: string): string => `${datasetId}:${domain}`

function documentOf({ dataset_id, domain, ...value }: Domain): SettingsDocument {
  return { kind: KIND, id: keyOf(dataset_id, domain), value }
}

/** One name however it was written: an address, capitals, letters beyond ASCII. */
function plainDomain(text: string): string {
  const plain = text.trim()
  const url = URL.parse(/^https?:\/\//i.test(plain) ? plain : `https://${plain}`)
  const host = url?.host.replace(/\.(?=:|$)/, '') ?? ''
  const isHost =
    !/^(?!https?:)[^:]*:\/\//i.test(plain) && /^[a-z0-9-]+(\.[a-z0-9-]+)*(:\d+)?$/.test(host)
  if (!isHost || url?.username) throw wrong('give a host name such as shop.example.com')
  return host
}

const wrong = (what: string): TwofoldError =>
  new TwofoldError('invalid_request', `body.domain: ${what}.`)

function readStored(id: string, value: unknown): Domain {
  const read = storedSchema.safeParse(value)
  const at = id.indexOf(':')
  if (!read.success) throw new TwofoldError('store_corrupt', `The domain ${id} cannot be read.`)
  return { dataset_id: id.slice(0, at), domain: id.slice(at + 1), ...read.data }
}
