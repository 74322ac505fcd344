/**
 * Alert settings and what was sent, kept as settings documents. Webhook address and secret are
 * sealed at rest and never shown whole again. A dataset without settings of its own follows its
 * business. Called by alerts.ts.
 */
import { z } from 'zod'
import { ALERT_HISTORY_MAX } from '../diagnostic-limits.ts'
import { TwofoldError } from '../errors.ts'
import type { SecretBox } from '../secret-box.ts'
import type { SettingsDocument, Store } from '../store/store.ts'
import type { Owed } from './alert-owed.ts'
import { type AlertSettings, alertSettingsSchema, NO_ALERTS } from './alert-settings.ts'
import type { AlertRecord, AlertScope } from './view.ts'

const SETTINGS = 'alert_settings'
const STATE = 'alert_state'

/** What is owed to a dataset's people, so that a restart neither forgets nor repeats. */
export interface AlertState {
  /** Ids of findings to be told at once, and since when they wait. */
  readonly waiting: readonly string[]
  readonly waiting_since_ms?: number
  /** Failed tries since the last one that worked, and when the next is due. */
  readonly failures: number
  readonly next_try_ms: number
  /** Finding id -> when it was told. */
  readonly told: Readonly<Record<string, number>>
  readonly digest_ms: number
  readonly owed: readonly Owed[]
  /** The newest first. */
  readonly history: readonly AlertRecord[]
}

const EMPTY: AlertState = {
  ...{ waiting: [], failures: 0, next_try_ms: 0, told: {}, digest_ms: 0 },
  ...{ owed: [], history: [] },
}

export interface AlertBook {
  /** undefined: it has none of its own. */
  settings(scope: AlertScope): AlertSettings | undefined
  /** `undefined` takes them away. */
  putSettings(scope: AlertScope, settings: AlertSettings | undefined): Promise<void>
  state(datasetId: string): AlertState
  putState(datasetId: string, state: AlertState): Promise<void>
  forget(datasetId: string): Promise<void>
}

interface Ports {
  readonly store: Pick<Store, 'getSettings' | 'putSettings'>
  readonly box: SecretBox
}

const stateSchema = z.looseObject({
  waiting: z.array(z.string()),
  failures: z.number(),
  told: z.record(z.string(), z.number()),
  history: z.array(z.looseObject({})),
})

export async function createAlertBook({ store, box }: Ports): Promise<AlertBook> {
  const settings = new Map<string, AlertSettings>()
  const states = new Map<string, AlertState>()
  for (const { id, value } of await store.getSettings(SETTINGS)) {
    const read = alertSettingsSchema.safeParse(opened(value, id, box))
    if (read.success) settings.set(id, read.data)
  }
  for (const { id, value } of await store.getSettings(STATE)) {
    const read = stateSchema.safeParse(value)
    if (read.success) states.set(id, { ...EMPTY, ...(read.data as unknown as AlertState) })
  }
  return {
    settings: (scope) => settings.get(nameOf(scope)),
    putSettings: async (scope, next) => {
      const id = nameOf(scope)
      await store.putSettings([documentOf(id, next, box)])
      if (next) settings.set(id, next)
      else settings.delete(id)
    },
    state: (id) => states.get(id) ?? EMPTY,
    putState: async (id, state) => {
      const kept = { ...state, history: state.history.slice(0, ALERT_HISTORY_MAX) }
      states.set(id, kept)
      await store.putSettings([{ kind: STATE, id, value: kept }])
    },
    forget: async (id) => {
      const own = nameOf({ on: 'dataset', id })
      states.delete(id)
      settings.delete(own)
      await store.putSettings([
        { kind: STATE, id, value: undefined },
        { kind: SETTINGS, id: own, value: undefined },
      ])
    },
  }
}

const nameOf = ({ on, id }: AlertScope): string => `${on}:${id}`
const placeOf = (id: string, field: string): string => `alerts ${id} ${field}`
const SECRETS = ['webhook_url', 'webhook_secret'] as const

function documentOf(
  id: string,
  settings: AlertSettings | undefined,
  box: SecretBox,
): SettingsDocument {
  if (!settings) return { kind: SETTINGS, id, value: undefined }
  const sealed = SECRETS.map((field) => [
    field,
    settings[field] ? { sealed: box.seal(settings[field], placeOf(id, field)) } : '',
  ])
  return { kind: SETTINGS, id, value: { ...settings, ...Object.fromEntries(sealed) } }
}

/** A secret of another key is missing, and with it the webhook; e-mail goes on. */
function opened(value: unknown, id: string, box: SecretBox): unknown {
  const stored = { ...NO_ALERTS, ...(value as Record<string, unknown>) } as Record<string, unknown>
  for (const field of SECRETS) {
    const { sealed } = (stored[field] ?? {}) as { readonly sealed?: string }
    if (sealed === undefined) continue
    try {
      stored[field] = box.open(sealed, placeOf(id, field))
    } catch (error) {
      if (!(error instanceof TwofoldError)) throw error
      stored[field] = ''
    }
  }
  return stored
}
