/**
 * Everything of access that is kept: datasets, tokens, businesses, people, invitations, sessions,
 * read from the store at the start and held in memory, because every request asks. Brings files of
 * earlier versions up to date. The operations on it stand in datasets' and accounts' own files.
 */
import type { Dataset } from '../event/dataset.ts'
import { serial } from '../serial.ts'
import type { SettingsDocument, Store } from '../store/store.ts'
import { type Business, type Businesses, businessDocument, createBusinesses } from './businesses.ts'
import { createDatasets, type Datasets, datasetDocument, datasetRemoval } from './datasets.ts'
import { createIdentities, type Identities } from './identities.ts'
import { createInvitations, type Invitations } from './invitations.ts'
import type { OidcProvider } from './oidc-provider.ts'
import { createPasskeys, type Passkeys } from './passkeys.ts'
import { createPasswords, type Passwords } from './password.ts'
import { createPeople, type People } from './people.ts'
import { createRights, type Rights } from './rights.ts'
import type { RandomBytes } from './secret.ts'
import { type Begun, createSessions, type Holder, type Sessions } from './sessions.ts'
import { createTokens, type Tokens } from './tokens.ts'

export interface AccessPorts {
  readonly store: Store
  nowMs(): number
  readonly randomBytes: RandomBytes
  /** Hears of every dataset in force, at the start too, and of one that is gone (undefined). */
  readonly onDataset: (id: string, dataset: Dataset | undefined) => void
  /** TWOFOLD_ADMIN_TOKEN: an admin token for everything, never stored. */
  readonly adminToken: string | undefined
  /** Who people may sign in with, besides. */
  readonly oidc?: OidcProvider | undefined
}

export interface Books {
  readonly ports: AccessPorts
  readonly datasets: Datasets
  readonly tokens: Tokens
  readonly businesses: Businesses
  readonly people: People
  readonly invitations: Invitations
  readonly sessions: Sessions
  readonly passwords: Passwords
  readonly passkeys: Passkeys
  readonly identities: Identities
  readonly rights: Rights
  /** Changes one after another, so that none is built on a state that another just replaced. */
  readonly inOrder: <T>(work: () => Promise<T>) => Promise<T>
  readonly write: (documents: readonly SettingsDocument[]) => Promise<void>
}

export async function openBooks(ports: AccessPorts): Promise<Books> {
  const { store, nowMs, randomBytes } = ports
  const read = (kind: string) => store.getSettings(kind)
  const parts = { nowMs, randomBytes }
  const datasets = createDatasets({ ...ports, documents: await read('dataset') })
  const tokens = createTokens({
    ...ports,
    documents: await read('token'),
    uses: await read('token_use'),
  })
  const businesses = createBusinesses({
    ...parts,
    documents: await read('business'),
    members: await read('member'),
  })
  const people = createPeople({ ...parts, documents: await read('person') })
  const books: Books = {
    ports,
    datasets,
    tokens,
    businesses,
    people,
    invitations: createInvitations({ ...parts, documents: await read('invitation') }),
    sessions: createSessions({ ...parts, documents: await read('session') }),
    passwords: createPasswords(randomBytes),
    passkeys: createPasskeys(await read('passkey')),
    identities: createIdentities(await read('identity')),
    rights: createRights({
      businessOf: datasets.businessOf,
      hasBusiness: (id) => businesses.find(id) !== undefined,
      roleOf: (business, person) => businesses.member(business, person)?.role,
      isOperator: (id) => people.find(id)?.operator ?? false,
    }),
    inOrder: serial(),
    write: (documents) => store.putSettings(documents),
  }
  await eraseLeftovers(store, datasets.leftovers)
  await giveOwners(books)
  return books
}

/** The business of what nobody named one for: the oldest, or a new one, to be stored with it. */
export function firstBusiness({ businesses }: Books): {
  readonly business: Business
  readonly documents: readonly SettingsDocument[]
} {
  const [oldest] = businesses.all()
  if (oldest) return { business: oldest, documents: [] }
  const business = businesses.draft()
  return { business, documents: [businessDocument(business)] }
}

/** Stores `documents` with a new session; the session is in force when it answers. */
export async function beginSession(
  books: Books,
  holder: Holder,
  { browser, documents = [] }: { browser: string; documents?: readonly SettingsDocument[] },
): Promise<Begun['session']> {
  const begun = books.sessions.begin(holder, browser)
  await books.write([...documents, ...begun.documents])
  return begun.session
}

/** Datasets from before there were businesses go into the first one. */
async function giveOwners(books: Books): Promise<void> {
  const { datasets, businesses, write } = books
  const orphans = datasets.all().filter(({ dataset_id }) => {
    const owner = datasets.businessOf(dataset_id)
    return !owner || !businesses.find(owner)
  })
  if (orphans.length === 0) return
  const { business, documents } = firstBusiness(books)
  const { business_id } = business
  await write([...documents, ...orphans.map((dataset) => datasetDocument(dataset, business_id))])
  businesses.put(business)
  for (const dataset of orphans) datasets.put(dataset, business_id)
}

/** Events that reached the store while or after their dataset was deleted. */
async function eraseLeftovers(store: Store, ids: readonly string[]): Promise<void> {
  for (const id of ids) await store.erase(id)
  if (ids.length > 0) await store.putSettings(ids.map(datasetRemoval))
}
