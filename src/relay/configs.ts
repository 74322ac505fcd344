/**
 * The destinations of every dataset, held in memory for ingest and relay and kept in the store's
 * settings documents, secrets sealed. Settings are checked here, whoever asks. It sends nothing.
 * Called by main.ts (routes), the relay (opened) and the API (everything people do).
 */
import { z } from 'zod'
import type { Destination } from '../destinations/destination.ts'
import { TwofoldError } from '../errors.ts'
import type { Route } from '../event/route.ts'
import type { Json } from '../event/shape.ts'
import { DESTINATIONS_PER_DATASET_MAX } from '../limits.ts'
import type { SecretBox } from '../secret-box.ts'
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
} from '../secret-settings.ts'
import { serial } from '../serial.ts'
import type { SettingsDocument, Store } from '../store/store.ts'
import { routeOf } from './config-route.ts'
import {
  type DestinationInput,
  type DestinationKey,
  type DestinationSettings,
  type DestinationView,
  type DraftRequest,
  destinationInputSchema,
  type Problem,
} from './view.ts'

export interface ConfigsPorts {
  readonly store: Pick<Store, 'getSettings' | 'putSettings' | 'eraseDestination'>
  /** Every kind that can be chosen, in the order of the page. */
  readonly destinations: readonly Destination[]
  readonly box: SecretBox
  readonly hasDataset: (datasetId: string) => boolean
  readonly nowMs: () => number
  readonly randomBytes: (n: number) => Uint8Array
}

/** What the relay needs to send, or why it cannot. `secrets` are in clear: to be hidden. */
export type Opened =
  | { readonly state: 'missing' | 'disabled' }
  | ({ readonly state: 'unusable' } & Problem)
  | {
      readonly state: 'ready'
      readonly destination: Destination
      readonly settings: unknown
      readonly secrets: readonly string[]
      readonly eventsPerSMax: number | undefined
    }

export interface Configs extends DestinationSettings {
  /** For a dataset that was deleted: its events and deliveries are gone already. */
  removeDataset(datasetId: string): Promise<void>
  routesOf(datasetId: string): readonly Route[]
  keys(): readonly DestinationKey[]
  opened(key: DestinationKey): Opened
  /** As it would be opened, enabled or not. Throws `invalid_request`, `destination_not_found`. */
  draft(request: DraftRequest): Opened
  /** Hears of every destination made, changed or removed, at once. */
  onChange(listener: (key: DestinationKey) => void): void
}

const KIND = 'destination'
const ID_LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
const ID_CHARS = 6

const storedSchema = destinationInputSchema.extend({
  dataset_id: z.string(),
  destination_id: z.string(),
  created_at_ms: z.number(),
  /** Set while its deliveries are being erased. */
  removed: z.boolean().default(false),
})

/** As stored: `settings` sealed. */
type Config = Omit<z.infer<typeof storedSchema>, 'removed'>

interface State {
  readonly ports: ConfigsPorts
  readonly byName: Map<string, Config>
  readonly routes: Map<string, readonly Route[]>
  readonly kinds: ReadonlyMap<string, { destination: Destination; schema: JsonSchema }>
  readonly listeners: ((key: DestinationKey) => void)[]
}

const nameOf = ({ dataset_id, destination_id }: DestinationKey): string =>
  `${dataset_id}:${destination_id}`

export async function createConfigs(ports: ConfigsPorts): Promise<Configs> {
  const kinds = ports.destinations.map((destination) => {
    return [destination.name, { destination, schema: jsonSchemaOf(destination.schema) }] as const
  })
  const state: State = {
    ports,
    byName: new Map(),
    routes: new Map(),
    kinds: new Map(kinds),
    listeners: [],
  }
  await load(state)
  const inOrder = serial()
  const existing = (key: DestinationKey): Config => {
    const config = state.byName.get(nameOf(key))
    if (config) return config
    throw new TwofoldError('destination_not_found', `There is none with id ${key.destination_id}.`)
  }
  return {
    types: () =>
      kinds.map(([name, { destination, schema }]) => {
        const { title, about } = destination
        return { name, title, about, schema: schema as { [key: string]: Json } }
      }),
    list: (datasetId) => configsOf(state, datasetId).map((config) => viewOf(state, config)),
    find: (key) => {
      const config = state.byName.get(nameOf(key))
      return config && viewOf(state, config)
    },
    create: (datasetId, input) =>
      inOrder(async () => viewOf(state, await create(state, datasetId, input))),
    update: (key, patch) =>
      inOrder(async () => {
        const config = changed(state, existing(key), patch)
        await ports.store.putSettings([documentOf(config)])
        put(state, config)
        return viewOf(state, config)
      }),
    remove: (key) => inOrder(() => remove(state, existing(key))),
    removeDataset: (datasetId) =>
      inOrder(async () => {
        const own = configsOf(state, datasetId)
        for (const config of own) drop(state, config)
        await ports.store.putSettings(own.map(removalOf))
      }),
    routesOf: (datasetId) => state.routes.get(datasetId) ?? NONE,
    keys: () => [...state.byName.values()],
    opened: (key) => open(state, state.byName.get(nameOf(key))),
    draft: ({ dataset_id, destination_id, change }) => {
      if (destination_id === undefined) return open(state, drafted(state, dataset_id, change))
      const config = existing({ dataset_id, destination_id })
      const now = change === undefined ? config : changed(state, config, change)
      return open(state, { ...now, enabled: true })
    },
    onChange: (listener) => {
      state.listeners.push(listener)
    },
  }
}

const NONE: readonly never[] = []

async function load(state: State): Promise<void> {
  const { store, hasDataset } = state.ports
  for (const document of await store.getSettings(KIND)) {
    const read = storedSchema.safeParse(document.value)
    if (!read.success) {
      throw new TwofoldError('store_corrupt', `Destination ${document.id} cannot be read.`)
    }
    const { removed, ...config } = read.data
    if (removed || !hasDataset(config.dataset_id)) {
      await store.eraseDestination(config.dataset_id, config.destination_id)
      await store.putSettings([removalOf(config)])
    } else put(state, await resealed(state, config))
  }
}

/** What an earlier version stored in clear, because its field was no secret then, is sealed. */
async function resealed(state: State, config: Config): Promise<Config> {
  const kind = state.kinds.get(config.type)
  if (!kind || openSettings(kind.schema, config.settings, sealing(state, config)).isSealed) {
    return config
  }
  const whole = { ...config, settings: seal(state, config, config.settings) }
  await state.ports.store.putSettings([documentOf(whole)])
  return whole
}

async function create(state: State, datasetId: string, input: unknown): Promise<Config> {
  const { ports } = state
  if (configsOf(state, datasetId).length >= DESTINATIONS_PER_DATASET_MAX) {
    const detail = `The dataset has ${DESTINATIONS_PER_DATASET_MAX} destinations.`
    throw new TwofoldError('limit_reached', detail)
  }
  const { settings, ...rest } = checkInput(input)
  const key = { dataset_id: datasetId, destination_id: newId(state, datasetId) }
  const checked = checkSettings(state, rest.type, settings)
  const sealed = seal(state, { ...key, type: rest.type }, checked)
  const config = { ...rest, ...key, settings: sealed, created_at_ms: ports.nowMs() }
  // Stored before it is in force: nothing leaves for a destination that a crash would forget.
  await ports.store.putSettings([documentOf(config)])
  put(state, config)
  return config
}

/** A destination that nobody made yet. */
function drafted(state: State, dataset_id: string, input: unknown): Config {
  const { settings, ...rest } = checkInput(input)
  const key = { dataset_id, destination_id: 'draft' }
  const checked = checkSettings(state, rest.type, settings)
  const sealed = seal(state, { ...key, type: rest.type }, checked)
  return { ...rest, ...key, enabled: true, settings: sealed, created_at_ms: state.ports.nowMs() }
}

function changed(state: State, config: Config, patch: unknown): Config {
  const { settings: stored, dataset_id, destination_id, created_at_ms, ...rest } = config
  const given = isObject(patch) ? patch : {}
  const { settings, ...input } = checkInput(
    isObject(patch) ? { ...rest, settings: {}, ...patch } : patch,
  )
  if (input.type !== config.type) {
    throw new TwofoldError('invalid_request', 'type: it stays what it is; make another one.')
  }
  const same = { ...input, dataset_id, destination_id, created_at_ms, settings: stored }
  if (given.settings === undefined) return same
  const { schema } = kindOf(state, config.type)
  const opened = openSettings(schema, stored, sealing(state, config))
  const merged = Object.entries({ ...opened.settings, ...settings }).filter(
    ([, value]) => value !== null && value !== undefined,
  )
  const whole = unmaskSettings(schema, Object.fromEntries(merged), {
    clear: opened.settings,
    unreadable: opened.unreadable,
  })
  refuseMovedSecrets(schema, { before: opened.settings, after: whole, given: settings })
  return { ...same, settings: seal(state, config, checkSettings(state, config.type, whole)) }
}

/** Ingest stops first: what it committed before is erased, and nothing comes after. */
async function remove(state: State, config: Config): Promise<void> {
  const { store } = state.ports
  drop(state, config)
  try {
    await store.putSettings([{ ...documentOf(config), value: { ...config, removed: true } }])
  } catch (error) {
    put(state, config)
    throw error
  }
  await store.eraseDestination(config.dataset_id, config.destination_id)
  await store.putSettings([removalOf(config)])
}

function checkInput(input: unknown): DestinationInput {
  const checked = destinationInputSchema.strict().safeParse(input)
  if (checked.success) return checked.data
  throw invalidSettings(checked.error, '')
}

function checkSettings(state: State, type: string, settings: Settings): Settings {
  const checked = kindOf(state, type).destination.schema.safeParse(settings)
  if (checked.success) return checked.data as Settings
  throw invalidSettings(checked.error, 'settings.')
}

function kindOf({ kinds }: State, type: string): { destination: Destination; schema: JsonSchema } {
  const kind = kinds.get(type)
  if (kind) return kind
  const known = [...kinds.keys()].join(', ') || 'none'
  throw new TwofoldError('invalid_request', `type: there is no "${type}"; known are: ${known}.`)
}

const sealing = ({ ports }: State, key: DestinationKey): { box: SecretBox; place: string } => ({
  box: ports.box,
  place: `${KIND} ${nameOf(key)}`,
})

function seal(state: State, to: DestinationKey & { type: string }, clear: Settings): Settings {
  return sealSettings(kindOf(state, to.type).schema, clear, sealing(state, to))
}

function open(state: State, config: Config | undefined): Opened {
  if (!config) return { state: 'missing' }
  if (!config.enabled) return { state: 'disabled' }
  const kind = state.kinds.get(config.type)
  if (!kind) {
    const detail = `This version has no destination of type ${config.type}.`
    return { state: 'unusable', code: 'type_unknown', detail }
  }
  const { settings, secrets, unreadable } = openSettings(
    kind.schema,
    config.settings,
    sealing(state, config),
  )
  const [first] = unreadable
  if (first) return { state: 'unusable', code: first.error.code, detail: first.error.message }
  const checked = kind.destination.schema.safeParse(settings)
  if (!checked.success) {
    const { message } = invalidSettings(checked.error, 'settings.')
    return { state: 'unusable', code: 'settings_invalid', detail: message }
  }
  return {
    state: 'ready',
    destination: kind.destination,
    settings: checked.data,
    secrets,
    eventsPerSMax: config.events_per_s_max ?? undefined,
  }
}

function viewOf(state: State, config: Config): DestinationView {
  const kind = state.kinds.get(config.type)
  const clear = kind && openSettings(kind.schema, config.settings, sealing(state, config))
  const opened = open(state, { ...config, enabled: true })
  return {
    ...config,
    settings: kind && clear ? maskSettings(kind.schema, clear.settings) : {},
    ...(opened.state === 'unusable'
      ? { problem: { code: opened.code, detail: opened.detail } }
      : {}),
  }
}

function configsOf({ byName }: State, datasetId: string): Config[] {
  const own = [...byName.values()].filter(({ dataset_id }) => dataset_id === datasetId)
  return own.sort((a, b) => a.created_at_ms - b.created_at_ms)
}

function put(state: State, config: Config): void {
  state.byName.set(nameOf(config), config)
  announce(state, config)
}

function drop(state: State, config: Config): void {
  state.byName.delete(nameOf(config))
  announce(state, config)
}

function announce(state: State, { dataset_id, destination_id }: Config): void {
  const routes = configsOf(state, dataset_id).map((config) =>
    routeOf(config, state.kinds.get(config.type)?.destination),
  )
  if (routes.length > 0) state.routes.set(dataset_id, routes)
  else state.routes.delete(dataset_id)
  for (const listener of state.listeners) listener({ dataset_id, destination_id })
}

function newId({ ports, byName }: State, dataset_id: string): string {
  const letters = [...ports.randomBytes(ID_CHARS)].map((byte) => ID_LETTERS[byte % 31])
  const destination_id = `d_${letters.join('')}`
  if (!byName.has(nameOf({ dataset_id, destination_id }))) return destination_id
  return newId({ ports, byName } as State, dataset_id)
}

const documentOf = (config: Config): SettingsDocument => ({
  kind: KIND,
  id: nameOf(config),
  value: config,
})

const removalOf = (key: DestinationKey): SettingsDocument => ({
  kind: KIND,
  id: nameOf(key),
  value: undefined,
})

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
