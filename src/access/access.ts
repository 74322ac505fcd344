/**
 * Who may do what: datasets, tokens, sessions and the first sign-in, kept in the store's settings
 * documents and held in memory, because every request asks. It decides nothing about events.
 * Called by the collector (findDataset, authorize), the API, the demo and main.ts.
 */

import { TwofoldError } from '../errors.ts'
import type { Dataset } from '../event/dataset.ts'
import type { SettingsDocument, Store } from '../store/store.ts'
import { createDatasets, datasetDocument, datasetRemoval, deletedDocument } from './datasets.ts'
import { ALL, allows, type Grant, type Purpose } from './grant.ts'
import { digestOf, newSecret, type RandomBytes, sameDigest } from './secret.ts'
import { createSessions, createSignInCodes } from './sessions.ts'
import {
  createTokens,
  type TokenRecord,
  type TokenRequest,
  tokenDocument,
  tokenRemoval,
} from './tokens.ts'

export interface AccessPorts {
  readonly store: Store
  nowMs(): number
  readonly randomBytes: RandomBytes
  /** Hears of every dataset in force, at the start too, and of one that is gone (undefined). */
  readonly onDataset: (id: string, dataset: Dataset | undefined) => void
  /** TWOFOLD_ADMIN_TOKEN: an admin token for everything, never stored. */
  readonly adminToken: string | undefined
}

export interface Access {
  datasets(): readonly Dataset[]
  findDataset(id: string): Dataset | undefined
  /** By one of its `meta_pixels`. */
  findByPixel(pixelId: string): Dataset | undefined
  /** Throws `invalid_request` naming the setting. The token sends events; it is shown this once. */
  createDataset(
    settings: unknown,
    extra?: { demo?: boolean },
  ): Promise<{ dataset: Dataset; access_token: string }>
  updateDataset(id: string, patch: unknown): Promise<Dataset>
  /** With its tokens and every event it holds. */
  deleteDataset(id: string): Promise<void>
  createToken(request: TokenRequest): Promise<{ token: string; record: TokenRecord }>
  tokens(): readonly TokenRecord[]
  revokeToken(id: string): Promise<void>
  /** What a token may do; undefined for one that is not known. */
  grantOf(token: string): Grant | undefined
  authorize(token: string, datasetId: string, purpose: Purpose): boolean
  /** The code of the setup link, until anybody ever signed in. New at every start. */
  setupCode(): string | undefined
  redeemSetup(code: string): Promise<{ session: string; admin_token: string }>
  /** A one-time code, valid for minutes, that signs a browser in with what `grant` allows. */
  createSignInCode(grant: Grant): { code: string; expires_at_ms: number }
  /** A session, or undefined when it is no (longer a) sign-in code. */
  redeemSignInCode(code: string): Promise<string | undefined>
  /** A session for the holder of a read or admin token. Throws `token_unknown` or `forbidden`. */
  signIn(token: string): Promise<string>
  session(cookie: string): boolean
  /** What a signed-in browser may do; undefined when it is not signed in (any more). */
  sessionGrant(cookie: string): Grant | undefined
  signOut(cookie: string): Promise<void>
}

const OWNED: SettingsDocument = { kind: 'instance', id: 'owned', value: true }

export async function createAccess(ports: AccessPorts): Promise<Access> {
  const { store } = ports
  const datasets = createDatasets({ ...ports, documents: await store.getSettings('dataset') })
  const tokens = createTokens({ ...ports, documents: await store.getSettings('token') })
  await eraseLeftovers(store, datasets.leftovers)
  const inOrder = serial()

  const existing = (id: string): Dataset => {
    const dataset = datasets.find(id)
    if (!dataset) throw new TwofoldError('dataset_not_found', `There is none with id ${id}.`)
    return dataset
  }

  return {
    datasets: datasets.all,
    findDataset: datasets.find,
    findByPixel: datasets.findByPixel,
    createDataset: (settings, extra) =>
      inOrder(async () => {
        const dataset = datasets.draft(settings, extra?.demo ?? false)
        const { dataset_id } = dataset
        const { token, record } = tokens.draft({ dataset_id, purpose: 'send', name: 'first' })
        await store.putSettings([datasetDocument(dataset), tokenDocument(record)])
        datasets.put(dataset)
        tokens.add(record)
        return { dataset, access_token: token }
      }),
    updateDataset: (id, patch) =>
      inOrder(async () => {
        const dataset = datasets.changed(existing(id), patch)
        await store.putSettings([datasetDocument(dataset)])
        datasets.put(dataset)
        return dataset
      }),
    deleteDataset: (id) =>
      inOrder(async () => {
        const dataset = existing(id)
        const own = tokens.records().filter((record) => record.dataset_id === id)
        const removals = own.map((record) => tokenRemoval(record.id))
        await store.putSettings([deletedDocument(dataset), ...removals])
        datasets.remove(id)
        for (const record of own) tokens.remove(record.id)
        await store.erase(id)
      }),
    createToken: (request) =>
      inOrder(async () => {
        if (request.dataset_id !== ALL) existing(request.dataset_id)
        const { token, record } = tokens.draft(request)
        await store.putSettings([tokenDocument(record)])
        tokens.add(record)
        return { token, record }
      }),
    tokens: tokens.records,
    revokeToken: (id) =>
      inOrder(async () => {
        if (!tokens.find(id))
          throw new TwofoldError('token_not_found', `There is none with id ${id}.`)
        await store.putSettings([tokenRemoval(id)])
        tokens.remove(id)
      }),
    grantOf: tokens.grantOf,
    authorize: (token, datasetId, purpose) => {
      const grant = tokens.grantOf(token)
      return grant !== undefined && allows(grant, datasetId, purpose)
    },
    ...(await createSignIn(ports, tokens, inOrder)),
  }
}

type SignIn = Pick<
  Access,
  | 'setupCode'
  | 'redeemSetup'
  | 'createSignInCode'
  | 'redeemSignInCode'
  | 'signIn'
  | 'session'
  | 'sessionGrant'
  | 'signOut'
>

/** Everything about browsers: the first sign-in, later ones, their sessions. */
async function createSignIn(
  ports: AccessPorts,
  tokens: ReturnType<typeof createTokens>,
  inOrder: ReturnType<typeof serial>,
): Promise<SignIn> {
  const { store } = ports
  const sessions = createSessions({ ...ports, documents: await store.getSettings('session') })
  const codes = createSignInCodes(ports)
  const instance = await store.getSettings(OWNED.kind)
  let setup = instance.some(({ id }) => id === OWNED.id) ? undefined : newSecret(ports.randomBytes)

  const begin = async (
    tokenId: string,
    documents: readonly SettingsDocument[],
  ): Promise<string> => {
    const begun = sessions.begin(tokenId)
    await store.putSettings([...documents, ...begun.documents, ...(setup ? [OWNED] : [])])
    setup = undefined
    return begun.session
  }

  const sessionGrant = (cookie: string): Grant | undefined => {
    const tokenId = sessions.tokenIdOf(cookie)
    return tokenId === undefined ? undefined : tokens.grantById(tokenId)
  }

  return {
    setupCode: () => setup,
    redeemSetup: (code) =>
      inOrder(async () => {
        if (!setup || !sameDigest(digestOf(setup), digestOf(code))) {
          throw new TwofoldError('setup_link_invalid')
        }
        const { token, record } = tokens.draft({ dataset_id: ALL, purpose: 'admin', name: 'setup' })
        const session = await begin(record.id, [tokenDocument(record)])
        tokens.add(record)
        return { session, admin_token: token }
      }),
    createSignInCode: (grant) => codes.create(grant.token_id),
    redeemSignInCode: (code) =>
      inOrder(async () => {
        const tokenId = codes.redeem(code)
        return tokenId && tokens.grantById(tokenId) ? begin(tokenId, []) : undefined
      }),
    signIn: (token) =>
      inOrder(async () => {
        const grant = tokens.grantOf(token)
        if (!grant) throw new TwofoldError('token_unknown')
        if (grant.purpose === 'send') {
          throw new TwofoldError('forbidden', 'It only sends events; sign in with another one.')
        }
        return begin(grant.token_id, [])
      }),
    session: (cookie) => sessionGrant(cookie) !== undefined,
    sessionGrant,
    signOut: (cookie) =>
      inOrder(async () => {
        const removal = sessions.end(cookie)
        if (removal) await store.putSettings([removal])
      }),
  }
}

/** Events that reached the store while or after their dataset was deleted. */
async function eraseLeftovers(store: Store, ids: readonly string[]): Promise<void> {
  for (const id of ids) await store.erase(id)
  if (ids.length > 0) await store.putSettings(ids.map(datasetRemoval))
}

/** Changes one after another, so that none is built on a state that another has just replaced. */
function serial(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const run = last.then(work, work)
    last = run.catch(() => undefined)
    return run
  }
}
