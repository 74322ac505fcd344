/**
 * The connections of every dataset to its sources, held in memory and kept in the store's settings
 * documents, secrets sealed. Settings are checked here, whoever asks. Called by the hooks and the
 * translator (opened), and the API (everything people do).
 */
import { z } from 'zod'
import { TwofoldError } from '../../errors.ts'
import type { Json } from '../../event/shape.ts'
import { CONNECTIONS_PER_DATASET_MAX } from '../../limits.ts'
import type { SecretBox } from '../../secret-box.ts'
import {
  invalidSettings,
  type JsonSchema,
  jsonSchemaOf,
  maskSettings,
  openSettings,
  refuseMovedSecrets,
  type Settings,
  sealSettings,
  unmaskSettings,
} from '../../secret-settings.ts'
import type { ConnectionKey } from '../../store/inbox.ts'
import type { SettingsDocument, Store } from '../../store/store.ts'
import type { CommonSettings, Source } from '../source.ts'
import {
  type ConnectionInput,
  type ConnectionMade,
  type ConnectionSettings,
  type ConnectionView,
  connectionInputSchema,
} from './view.ts'

export interface ConnectionsPorts {
  readonly store: Pick<Store, 'getSettings' | 'putSettings' | 'eraseConnection'>
  /** Every kind that can be chosen, in the order of the page. */
  readonly sources: readonly Source[]
  readonly box: SecretBox
  readonly hasDataset: (datasetId: string) => boolean
  readonly nowMs: () => number
  readonly randomBytes: (n: number) => Uint8Array
}

/** What hooks and translator need, or why it cannot be used. */
export type OpenedConnection =
  | { readonly state: 'missing' | 'disabled' }
  | { readonly state: 'unusable'; readonly code: string; readonly detail: string }
  | { readonly state: 'ready'; readonly source: Source; readonly settings: CommonSettings }

export interface Connections extends ConnectionSettings {
  /** Of every dataset. */
  keys(): readonly ConnectionKey[]
  /** By the id in its address, whatever the dataset. */
  byId(connectionId: string): ConnectionKey | undefined
  opened(key: ConnectionKey): OpenedConnection
  /** For a dataset that was deleted. */
  removeDataset(datasetId: string): Promise<void>
  readonly box: SecretBox
}

const KIND = 'connection'
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
const ID_CHARS = 16
/** Letters and digits only: some platforms change other signs on the way. */
const SECRET_CHARS = 40

const storedSchema = connectionInputSchema.strip().extend({
  dataset_id: z.string(),
  connection_id: z.string(),
  created_at_ms: z.number(),
})

/** As stored: `settings` sealed. */
type Config = z.infer<typeof storedSchema>

interface Kind {
  readonly source: Source
  readonly schema: JsonSchema
}

interface State {
  readonly ports: ConnectionsPorts
  readonly byId: Map<string, Config>
  readonly kinds: ReadonlyMap<string, Kind>
  /** Opened settings, until they change: every delivery asks. */
  readonly opened: Map<string, OpenedConnection>
}

export async function createConnections(ports: ConnectionsPorts): Promise<Connections> {
  const kinds = ports.sources.map(
    (source) => [source.name, { source, schema: jsonSchemaOf(source.schema) }] as const,
  )
  const state: State = { ports, byId: new Map(), kinds: new Map(kinds), opened: new Map() }
  await load(state)
  return {
    box: ports.box,
    types: () =>
      kinds.map(([name, { source, schema }]) => {
        const { title, about, setup, secret } = source
        return { name, title, about, setup, secret, schema: schema as { [key: string]: Json } }
      }),
    list: (datasetId) => ofDataset(state, datasetId).map((config) => viewOf(state, config)),
    find: (key) => {
      const config = configOf(state, key)
      return config && viewOf(state, config)
    },
    keys: () => [...state.byId.values()],
    byId: (connectionId) => state.byId.get(connectionId),
    opened: (key) => open(state, configOf(state, key)),
    create: (datasetId, input) => create(state, datasetId, input),
    update: async (key, patch) => {
      const config = changed(state, existing(state, key), patch)
      await keep(state, config)
      return viewOf(state, config)
    },
    remove: async (key) => {
      const config = existing(state, key)
      await ports.store.putSettings([removalOf(config)])
      drop(state, config)
      await ports.store.eraseConnection(config)
    },
    removeDataset: async (datasetId) => {
      const own = ofDataset(state, datasetId)
      for (const config of own) drop(state, config)
      await ports.store.putSettings(own.map(removalOf))
    },
  }
}

async function load(state: State): Promise<void> {
  const { store, hasDataset } = state.ports
  for (const document of await store.getSettings(KIND)) {
    const read = storedSchema.safeParse(document.value)
    if (!read.success) {
      throw new TwofoldError('store_corrupt', `Connection ${document.id} cannot be read.`)
    }
    if (hasDataset(read.data.dataset_id)) state.byId.set(read.data.connection_id, read.data)
    else await store.putSettings([removalOf(read.data)])
  }
}

async function create(state: State, dataset_id: string, input: unknown): Promise<ConnectionMade> {
  const { ports } = state
  if (ofDataset(state, dataset_id).length >= CONNECTIONS_PER_DATASET_MAX) {
    const detail = `The dataset has ${CONNECTIONS_PER_DATASET_MAX} connections.`
    throw new TwofoldError('limit_reached', detail)
  }
  const { settings, ...rest } = checkInput(input)
  const { source } = kindOf(state, rest.source)
  const given = checkSettings(state, rest.source, settings)
  const isMade = source.secret.from === 'twofold' && given.secrets.length === 0
  const secret = isMade ? lettersOf(ports, SECRET_CHARS) : undefined
  const whole = secret ? { ...given, secrets: [secret] } : given
  const key = { dataset_id, connection_id: `c_${lettersOf(ports, ID_CHARS)}` }
  const sealed = seal(state, { ...rest, ...key }, { ...whole })
  const config = { ...rest, ...key, settings: sealed, created_at_ms: ports.nowMs() }
  await keep(state, config)
  return { ...viewOf(state, config), ...(secret ? { secret } : {}) }
}

function changed(state: State, config: Config, patch: unknown): Config {
  const { settings: stored, dataset_id, connection_id, created_at_ms, ...rest } = config
  const given = isObject(patch) ? patch : {}
  const { settings, ...input } = checkInput(
    isObject(patch) ? { ...rest, settings: {}, ...patch } : patch,
  )
  if (input.source !== config.source) {
    throw new TwofoldError('invalid_request', 'source: it stays what it is; make another one.')
  }
  const same = { ...input, dataset_id, connection_id, created_at_ms, settings: stored }
  if (given.settings === undefined) return same
  const { schema } = kindOf(state, config.source)
  const clear = openSettings(schema, stored, sealing(state, config))
  const known = { ...clear.settings, ...settings, ...secretsOf(schema, clear.settings, settings) }
  const merged = Object.entries(known).filter(([, value]) => value !== null && value !== undefined)
  const whole = unmaskSettings(schema, Object.fromEntries(merged), {
    clear: clear.settings,
    unreadable: settings.secrets === undefined ? clear.unreadable : [],
  })
  const checked = checkSettings(state, config.source, whole)
  const { source } = kindOf(state, config.source)
  const before = source.schema.safeParse(clear.settings).data ?? clear.settings
  // Those of `secrets` prove what comes in; they never go anywhere.
  const after = { ...checked, secrets: [] }
  refuseMovedSecrets(schema, { before: { ...before }, after, given: settings })
  return { ...same, settings: seal(state, config, { ...checked }) }
}

/**
 * A masked secret is the stored one of that mask, wherever it stands in the list now: a new secret
 * is put in front of the one that it replaces.
 */
function secretsOf(schema: JsonSchema, clear: Settings, { secrets }: Settings): Settings {
  if (!Array.isArray(secrets)) return {}
  const stored = (clear.secrets ?? []) as readonly string[]
  const masks = (maskSettings(schema, clear).secrets ?? []) as readonly string[]
  const whole = secrets.map((one: unknown) => {
    const place = masks.indexOf(String(one))
    if (place >= 0) return stored[place]
    if (!String(one).startsWith('••••')) return one
    const detail = 'settings.secrets: a masked one is none of those that are stored.'
    throw new TwofoldError('invalid_request', detail)
  })
  return { secrets: whole }
}

async function keep(state: State, config: Config): Promise<void> {
  await state.ports.store.putSettings([{ kind: KIND, id: config.connection_id, value: config }])
  state.byId.set(config.connection_id, config)
  state.opened.delete(config.connection_id)
}

function drop(state: State, { connection_id }: Config): void {
  state.byId.delete(connection_id)
  state.opened.delete(connection_id)
}

function checkInput(input: unknown): ConnectionInput {
  const checked = connectionInputSchema.safeParse(input)
  if (checked.success) return checked.data
  throw invalidSettings(checked.error, '')
}

function checkSettings(state: State, source: string, settings: Settings): CommonSettings {
  const checked = kindOf(state, source).source.schema.safeParse(settings)
  if (checked.success) return checked.data
  throw invalidSettings(checked.error, 'settings.')
}

function kindOf({ kinds }: State, source: string): Kind {
  const kind = kinds.get(source)
  if (kind) return kind
  const known = [...kinds.keys()].join(', ')
  throw new TwofoldError('invalid_request', `source: there is no "${source}"; known: ${known}.`)
}

const sealing = ({ ports }: State, { connection_id }: ConnectionKey) => ({
  box: ports.box,
  place: `${KIND} ${connection_id}`,
})

function seal(state: State, to: ConnectionKey & { source: string }, clear: Settings): Settings {
  return sealSettings(kindOf(state, to.source).schema, clear, sealing(state, to))
}

function open(state: State, config: Config | undefined): OpenedConnection {
  if (!config) return { state: 'missing' }
  const known = state.opened.get(config.connection_id)
  if (known) return known
  const opened = config.enabled ? unsealed(state, config) : ({ state: 'disabled' } as const)
  state.opened.set(config.connection_id, opened)
  return opened
}

function unsealed(state: State, config: Config): OpenedConnection {
  const kind = state.kinds.get(config.source)
  if (!kind) {
    const detail = `This version has no source ${config.source}.`
    return { state: 'unusable', code: 'source_unknown', detail }
  }
  const { settings, unreadable } = openSettings(
    kind.schema,
    config.settings,
    sealing(state, config),
  )
  const [first] = unreadable
  if (first) return { state: 'unusable', code: first.error.code, detail: first.error.message }
  const checked = kind.source.schema.safeParse(settings)
  if (checked.success) return { state: 'ready', source: kind.source, settings: checked.data }
  const { message } = invalidSettings(checked.error, 'settings.')
  return { state: 'unusable', code: 'settings_invalid', detail: message }
}

function viewOf(state: State, config: Config): ConnectionView {
  const kind = state.kinds.get(config.source)
  const clear = kind && openSettings(kind.schema, config.settings, sealing(state, config))
  const opened = unsealed(state, config)
  return {
    ...config,
    settings: kind && clear ? maskSettings(kind.schema, clear.settings) : {},
    path: `/hooks/${config.source}/${config.connection_id}`,
    needs_secret: opened.state === 'ready' && opened.settings.secrets.length === 0,
    ...(opened.state === 'unusable'
      ? { problem: { code: opened.code, detail: opened.detail } }
      : {}),
  }
}

function configOf({ byId }: State, { dataset_id, connection_id }: ConnectionKey) {
  const config = byId.get(connection_id)
  return config?.dataset_id === dataset_id ? config : undefined
}

function existing(state: State, key: ConnectionKey): Config {
  const config = configOf(state, key)
  if (config) return config
  throw new TwofoldError('connection_not_found', `There is none with id ${key.connection_id}.`)
}

function ofDataset({ byId }: State, datasetId: string): Config[] {
  const own = [...byId.values()].filter(({ dataset_id }) => dataset_id === datasetId)
  return own.sort((a, b) => a.created_at_ms - b.created_at_ms)
}

/** Rejects bytes that would make some letters likelier than others. */
function lettersOf({ randomBytes }: ConnectionsPorts, count: number): string {
  let text = ''
  while (text.length < count) {
    for (const byte of randomBytes(count)) {
      if (byte < 248 && text.length < count) text += LETTERS[byte % LETTERS.length]
    }
  }
  return text
}

const removalOf = ({ connection_id }: Config): SettingsDocument => ({
  kind: KIND,
  id: connection_id,
  value: undefined,
})

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
