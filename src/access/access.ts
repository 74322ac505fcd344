/**
 * Who may do what: datasets and their tokens, businesses and their people, and how each is let in.
 * It decides nothing about events. Called by the collector (findDataset, authorize), the API, the
 * demo and main.ts; this file joins the parts and holds what is done to datasets and tokens.
 */
import { TwofoldError } from '../errors.ts'
import type { Dataset } from '../event/dataset.ts'
import { type Accounts, createAccounts } from './accounts.ts'
import { type AccessPorts, type Books, firstBusiness, openBooks } from './books.ts'
import type { Caller } from './caller.ts'
import { datasetDocument, deletedDocument } from './datasets.ts'
import { ALL, allows, type Grant, type Purpose } from './grant.ts'
import { createMembership, type Membership } from './membership.ts'
import { createOidcBook, type OidcBook } from './oidc-sign-in.ts'
import { createPasskeyBook, type PasskeyBook } from './passkey-sign-in.ts'
import type { Rights } from './rights.ts'
import { createSignIn, type SignIn } from './sign-in.ts'
import { type TokenRecord, type TokenRequest, tokenDocument, tokenRemovals } from './tokens.ts'

export interface Access
  extends DatasetBook,
    TokenBook,
    SignIn,
    PasskeyBook,
    OidcBook,
    Accounts,
    Membership {
  readonly rights: Rights
}

export interface DatasetBook {
  datasets(): readonly Dataset[]
  findDataset(id: string): Dataset | undefined
  /** By one of its `meta_pixels`. */
  findByPixel(pixelId: string): Dataset | undefined
  /** The business that owns a dataset; undefined for one that does not exist. */
  businessOf(datasetId: string): string | undefined
  /**
   * Throws `invalid_request` naming the setting, `business_not_found`, `limit_reached`. Without a
   * business it goes into the oldest. The token sends events; it is shown this once.
   */
  createDataset(
    settings: unknown,
    extra?: { demo?: boolean; business_id?: string; made_by?: string },
  ): Promise<{ dataset: Dataset; access_token: string }>
  updateDataset(id: string, patch: unknown): Promise<Dataset>
  /** Gives it to another business, with everything in it. */
  moveDataset(id: string, businessId: string): Promise<Dataset>
  /** With its tokens and every event it holds. */
  deleteDataset(id: string): Promise<void>
}

export interface TokenBook {
  createToken(request: TokenRequest): Promise<MadeToken>
  /**
   * A new token that may do the same; the old one ends `overlapMs` from now, or when it would have.
   * The new one lasts as long as the old one was made for. Throws `token_not_found`, and
   * `token_replaced` for one that has ended or was replaced before: it says no more how long.
   */
  rotateToken(id: string, rotation: { overlapMs: number; made_by: string }): Promise<MadeToken>
  tokens(): readonly TokenRecord[]
  revokeToken(id: string): Promise<void>
  tokenUsedMs(id: string): number | undefined
  /** Stores the last uses since the last call; to be called every few minutes and at the end. */
  storeTokenUses(): Promise<void>
  /** What a token may do; undefined for one that is not known. */
  grantOf(token: string): Grant | undefined
  /** The holder of a token; undefined for one that is not known. */
  callerOf(token: string): Caller | undefined
  authorize(token: string, datasetId: string, purpose: Purpose): boolean
}

export interface MadeToken {
  /** Shown this once. */
  readonly token: string
  readonly record: TokenRecord
}

export async function createAccess(ports: AccessPorts): Promise<Access> {
  const books = await openBooks(ports)
  const signIn = createSignIn(books)
  return {
    rights: books.rights,
    ...datasetBook(books),
    ...tokenBook(books),
    ...signIn,
    ...createPasskeyBook(books),
    ...createOidcBook(books, signIn),
    ...createAccounts(books),
    ...createMembership(books),
  }
}

function datasetBook(books: Books): DatasetBook {
  const { datasets, tokens, businesses, inOrder, write } = books
  const existing = (id: string): Dataset => existingDataset(books, id)
  return {
    datasets: datasets.all,
    findDataset: datasets.find,
    findByPixel: datasets.findByPixel,
    businessOf: datasets.businessOf,
    createDataset: (settings, { demo = false, business_id, made_by = '' } = {}) =>
      inOrder(async () => {
        const { business, documents } =
          business_id === undefined
            ? firstBusiness(books)
            : { business: existingBusiness(books, business_id), documents: [] }
        datasets.requireRoom(business.business_id)
        const dataset = datasets.draft(settings, demo)
        const { dataset_id } = dataset
        const { token, record } = tokens.draft({
          ...{ dataset_id, made_by },
          purpose: 'send',
          name: 'first',
        })
        const stored = datasetDocument(dataset, business.business_id)
        await write([...documents, stored, tokenDocument(record)])
        businesses.put(business)
        datasets.put(dataset, business.business_id)
        tokens.add(record)
        return { dataset, access_token: token }
      }),
    updateDataset: (id, patch) =>
      inOrder(async () => {
        const dataset = datasets.changed(existing(id), patch)
        const owner = datasets.businessOf(id) ?? ''
        await write([datasetDocument(dataset, owner)])
        datasets.put(dataset, owner)
        return dataset
      }),
    moveDataset: (id, businessId) =>
      inOrder(async () => {
        const dataset = existing(id)
        existingBusiness(books, businessId)
        if (datasets.businessOf(id) !== businessId) datasets.requireRoom(businessId)
        await write([datasetDocument(dataset, businessId)])
        datasets.put(dataset, businessId)
        return dataset
      }),
    deleteDataset: (id) =>
      inOrder(async () => {
        const dataset = existing(id)
        const own = tokens.records().filter((record) => record.dataset_id === id)
        const removals = own.flatMap((record) => tokenRemovals(record.id))
        await write([deletedDocument(dataset), ...removals])
        datasets.remove(id)
        for (const record of own) tokens.remove(record.id)
        await books.ports.store.erase(id)
      }),
  }
}

function tokenBook(books: Books): TokenBook {
  const { tokens, inOrder, write } = books
  /**
   * Stores them with what is forgotten by now; they are in force when it is done. The history is
   * told of the first.
   */
  const store = async (records: readonly TokenRecord[], datasetId: string): Promise<void> => {
    const kept = new Set(records.map(({ id }) => id))
    const old = tokens.forgotten(datasetId).filter((id) => !kept.has(id))
    await write([...records.map(tokenDocument), ...old.flatMap(tokenRemovals)])
    for (const id of old) tokens.remove(id)
    for (const record of records) tokens.add(record)
  }
  return {
    createToken: (request) =>
      inOrder(async () => {
        if (request.dataset_id !== ALL) existingDataset(books, request.dataset_id)
        const made = tokens.draft(request)
        await store([made.record], request.dataset_id)
        return made
      }),
    rotateToken: (id, { overlapMs, made_by }) =>
      inOrder(async () => {
        const now = books.ports.nowMs()
        const old = existingToken(books, id)
        const { dataset_id, purpose, name, created_at_ms, expires_at_ms } = old
        requireGoingOn(old, now)
        const lastMs = expires_at_ms === null ? null : expires_at_ms - created_at_ms
        const ends = lastMs === null ? null : now + lastMs
        const next = { dataset_id, purpose, name, made_by, expires_at_ms: ends }
        const made = tokens.draft(next, overlapMs > 0 ? undefined : id)
        const ending = {
          ...old,
          expires_at_ms: Math.min(now + overlapMs, expires_at_ms ?? Infinity),
          replaced_by: made.record.id,
        }
        await store([made.record, ending], dataset_id)
        return made
      }),
    tokens: tokens.records,
    revokeToken: (id) =>
      inOrder(async () => {
        existingToken(books, id)
        await write(tokenRemovals(id))
        tokens.remove(id)
      }),
    tokenUsedMs: tokens.lastUsedMs,
    storeTokenUses: async () => {
      const documents = tokens.takeUses()
      if (documents.length > 0) await write(documents)
    },
    grantOf: tokens.grantOf,
    callerOf: (token) => {
      const grant = tokens.grantOf(token)
      return grant && tokens.callerOf(grant)
    },
    authorize: (token, datasetId, purpose) => {
      const grant = tokens.grantOf(token)
      return grant !== undefined && allows(grant, datasetId, purpose)
    },
  }
}

function existingToken({ tokens }: Books, id: string): TokenRecord {
  const record = tokens.find(id)
  if (!record) throw new TwofoldError('token_not_found', `There is none with id ${id}.`)
  return record
}

/** The time that a replaced one has left is no measure for the next. */
function requireGoingOn({ id, replaced_by, expires_at_ms }: TokenRecord, nowMs: number): void {
  if (replaced_by !== null) {
    throw new TwofoldError('token_replaced', `${replaced_by} took the place of ${id}.`)
  }
  if (expires_at_ms !== null && expires_at_ms <= nowMs) {
    throw new TwofoldError('token_replaced', `${id} has ended.`)
  }
}

function existingDataset({ datasets }: Books, id: string): Dataset {
  const dataset = datasets.find(id)
  if (!dataset) throw new TwofoldError('dataset_not_found', `There is none with id ${id}.`)
  return dataset
}

function existingBusiness({ businesses }: Books, id: string) {
  const business = businesses.find(id)
  if (!business) throw new TwofoldError('business_not_found', `There is none with id ${id}.`)
  return business
}
