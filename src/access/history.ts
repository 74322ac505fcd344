/**
 * The history: who changed what and when. A change and its entry are stored in one transaction:
 * while a request runs, the first write of settings that it causes carries its entry, whichever
 * part writes. main.ts gives `store` to those parts; api.ts calls `record`.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type {
  HistoryEntry,
  HistoryQuery,
  HistoryRow,
  SettingsDocument,
  Store,
} from '../store/store.ts'
import type { Caller } from './caller.ts'
import type { Action } from './history-actions.ts'
import { plainObject } from './plain-object.ts'

export type Details = Readonly<Record<string, string | number | boolean | null>>

/** What is known of a change before it is made. */
export interface Change {
  readonly caller: Caller
  readonly action: Action
  readonly business_id: string | null
  readonly dataset_id: string | null
  /** Id of what is changed, where the request names it. */
  readonly subject: string | null
  /** What it is called, before it is gone. */
  readonly name: string | null
  /** Names of what was sent, and values that are no secret. */
  readonly details: Details
  readonly businessOf: (datasetId: string) => string | undefined
}

/** What an entry holds beside its time and place. */
export interface HistoryValue {
  readonly by: {
    readonly kind: 'person' | 'token' | 'nobody'
    readonly id: string
    readonly name: string
  }
  readonly action: Action
  readonly subject: string | null
  readonly name: string | null
  readonly details: Details
}

export interface History {
  /** Writes entries with the settings they are about. */
  readonly store: Store
  /** Runs the work; when it succeeds, its entry is stored. */
  readonly record: <T>(change: Change, work: () => Promise<T>) => Promise<T>
  /** By `work`, where it goes on for long: the entry is written now, whatever becomes of the rest. */
  readonly recordNow: () => Promise<void>
  readonly page: (query: HistoryQuery) => Promise<readonly HistoryRow[]>
}

interface Pending {
  readonly change: Change
  written: boolean
}

export function createHistory({ store, nowMs }: { store: Store; nowMs: () => number }): History {
  const current = new AsyncLocalStorage<Pending>()
  const putSettings: Store['putSettings'] = async (documents, entries = []) => {
    const pending = current.getStore()
    if (!pending || pending.written || !documents.some(isChange)) {
      return store.putSettings(documents, entries)
    }
    pending.written = true
    try {
      const entry = entryOf(pending.change, documents, nowMs())
      await store.putSettings(documents, [...entries, entry])
    } catch (error) {
      pending.written = false
      throw error
    }
  }
  // Nothing of it is kept in settings, such as a retry: the entry stands alone.
  const writeAlone = async (pending: Pending): Promise<void> => {
    if (pending.written) return
    await store.putSettings([], [entryOf(pending.change, [], nowMs())])
    pending.written = true
  }
  return {
    store: { ...store, putSettings },
    recordNow: async () => {
      const pending = current.getStore()
      if (pending) await writeAlone(pending)
    },
    record: (change, work) => {
      const pending: Pending = { change, written: false }
      return current.run(pending, async () => {
        const done = await work()
        await writeAlone(pending)
        return done
      })
    },
    page: store.history,
  }
}

/** Sessions and uses come along with a change, they are none. */
const isChange = ({ kind }: SettingsDocument): boolean => kind !== 'session' && kind !== 'token_use'

/** The business and the thing that only the change itself makes known come from what is stored. */
function entryOf(
  change: Change,
  documents: readonly SettingsDocument[],
  at_ms: number,
): HistoryEntry {
  const { caller, action, details, businessOf } = change
  const told = toldBy(documents)
  const dataset_id = change.dataset_id ?? told.dataset_id ?? null
  const ofDataset = dataset_id === null ? undefined : businessOf(dataset_id)
  const value: HistoryValue = {
    by: byOf(caller, documents),
    action,
    subject: told.subject ?? change.subject,
    name: change.name ?? told.name ?? null,
    details,
  }
  const business_id = change.business_id ?? told.business_id ?? ofDataset ?? null
  return { at_ms, business_id, dataset_id, value }
}

function byOf(caller: Caller, documents: readonly SettingsDocument[]): HistoryValue['by'] {
  if (caller.kind !== 'nobody') return { kind: caller.kind, id: caller.id, name: caller.name }
  // Who comes in by a link is the one whose account it makes or changes.
  const person = documents.find(({ kind }) => kind === 'person')
  const name = plainObject(person?.value)?.name
  if (!person) return { kind: 'nobody', id: '', name: '' }
  return { kind: 'person', id: person.id, name: typeof name === 'string' ? name : '' }
}

interface Told {
  subject?: string
  name?: string
  business_id?: string
  dataset_id?: string
}

/** Kind of document -> what its id and value tell; the kinds before it name the subject first. */
const TELLING: readonly (readonly [string, (id: string, value: Told) => Told])[] = [
  [
    'dataset',
    (id, { name, business_id }) => told({ subject: id, dataset_id: id, name, business_id }),
  ],
  [
    'token',
    (id, { name, dataset_id }) =>
      told({ subject: id, name, dataset_id: dataset_id === '*' ? undefined : dataset_id }),
  ],
  ['connection', (id, { name, dataset_id }) => told({ subject: id, name, dataset_id })],
  [
    'destination',
    (id, { name }) => {
      const [dataset_id, subject] = id.split(':')
      return told({ subject, dataset_id, name })
    },
  ],
  [
    'domain',
    (id) => {
      const at = id.indexOf(':')
      const domain = id.slice(at + 1)
      return told({ subject: domain, dataset_id: id.slice(0, at), name: domain })
    },
  ],
  ['person', (id, { name }) => told({ subject: id, name })],
  ['passkey', (id, { name }) => told({ subject: id, name })],
  ['identity', (id, { name }) => told({ subject: id, name })],
  // Before the member: who makes a business comes into it with the same write.
  ['business', (id, { name }) => told({ subject: id, business_id: id, name })],
  [
    'member',
    (id) => {
      const [business_id, subject] = id.split(':')
      return told({ subject, business_id })
    },
  ],
  ['invitation', (id, { business_id }) => told({ subject: id, business_id })],
  ['rules', (id) => told({ dataset_id: id })],
]

function toldBy(documents: readonly SettingsDocument[]): Told {
  const all = TELLING.flatMap(([kind, tell]) =>
    documents.flatMap((one) =>
      one.kind === kind ? [tell(one.id, textsOf(plainObject(one.value) ?? {}))] : [],
    ),
  )
  return Object.assign({}, ...all.toReversed()) as Told
}

function textsOf({ name, business_id, dataset_id }: Readonly<Record<string, unknown>>): Told {
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' ? value : undefined
  return told({ name: text(name), business_id: text(business_id), dataset_id: text(dataset_id) })
}

/** Without what is undefined, so that it hides nothing when joined. */
function told(parts: { [Key in keyof Told]: Told[Key] | undefined }): Told {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined))
}
