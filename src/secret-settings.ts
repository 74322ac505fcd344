/**
 * The secret fields of settings (of destinations, of connections to sources): found by their mark
 * in the schema, sealed before they are stored, masked before they are shown, hidden wherever a
 * remote repeats them. Called by relay/configs.ts and sources/inbox/connections.ts; relay/send.ts
 * hides.
 */
import { z } from 'zod'
import { TwofoldError } from './errors.ts'
import type { SecretBox } from './secret-box.ts'
import { isOrigin, type MaskKind, maskInText, maskOf, unmasked } from './secret-masks.ts'

export type Settings = { readonly [name: string]: unknown }
type Path = readonly string[]
export type JsonSchema = { readonly [keyword: string]: unknown }

/** Shorter ones are not searched for: hiding them would blacken half the text. */
const HIDDEN_CHARS_MIN = 6

/** Of a settings schema, with descriptions and marks: for forms, docs and the walk below. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
}

/** As they are stored. `place` binds them to their owner. */
export function sealSettings(
  schema: JsonSchema,
  settings: Settings,
  { box, place }: { readonly box: SecretBox; readonly place: string },
): Settings {
  return mapSecrets(schema, settings, (value, path) =>
    sealedIn(value) === undefined
      ? { sealed: box.seal(JSON.stringify(value), placeOf(place, path)) }
      : value,
  )
}

export interface OpenedSettings {
  /** Clear. */
  readonly settings: Settings
  readonly secrets: readonly string[]
  /** What could not be read: it is missing in `settings`. */
  readonly unreadable: readonly Unreadable[]
  /** False where a secret was stored in clear. */
  readonly isSealed: boolean
}

export function openSettings(
  schema: JsonSchema,
  stored: Settings,
  { box, place }: { readonly box: SecretBox; readonly place: string },
): OpenedSettings {
  const secrets: string[] = []
  const unreadable: Unreadable[] = []
  let isSealed = true
  const settings = mapSecrets(schema, stored, (value, path) => {
    const sealed = sealedIn(value)
    if (sealed === undefined) {
      // Stored before its field was a secret: the next write of its destination seals it.
      isSealed = false
      secrets.push(...stringsOf(value))
      return value
    }
    try {
      const clear: unknown = JSON.parse(box.open(sealed, placeOf(place, path)))
      secrets.push(...stringsOf(clear))
      return clear
    } catch (error) {
      if (!(error instanceof TwofoldError)) throw error
      unreadable.push({ path, error })
      return undefined
    }
  })
  return { settings, secrets, unreadable, isSealed }
}

export interface Unreadable {
  readonly path: Path
  readonly error: TwofoldError
}

export function maskSettings(schema: JsonSchema, settings: Settings): Settings {
  return mapSecrets(schema, settings, (value, _path, kind) => maskOf(value, kind))
}

/** What a form sent back masked is what it was. Throws where that cannot be read any more. */
export function unmaskSettings(
  schema: JsonSchema,
  settings: Settings,
  { clear, unreadable }: { clear: Settings; unreadable: readonly Unreadable[] },
): Settings {
  const whole = mapSecrets(schema, settings, (value, path, kind) =>
    unmasked(value, valueAt(clear, path), kind),
  )
  for (const { path, error } of unreadable) {
    if (valueAt(whole, path) === undefined) {
      throw new TwofoldError(
        error.code,
        `${error.detail ?? ''} It is settings.${path.join('.')}.`.trim(),
      )
    }
  }
  return whole
}

/**
 * Throws `invalid_request` when an address changes its origin and a secret would go there that was
 * not entered with it: whoever may change an address must not thereby read what is stored.
 */
export function refuseMovedSecrets(
  schema: JsonSchema,
  { before, after, given }: { before: Settings; after: Settings; given: Settings },
): void {
  const moved = Object.keys(after).find(
    (key) => originOf(after[key]) !== undefined && originOf(before[key]) !== originOf(after[key]),
  )
  if (moved === undefined) return
  const kept: string[] = []
  mapSecrets(schema, after, (value, path) => {
    if (value !== undefined && value === valueAt(before, path) && value !== valueAt(given, path)) {
      kept.push(`settings.${path.join('.')}`)
    }
    return value
  })
  if (kept.length === 0) return
  const detail = `settings.${moved} names another server: enter ${kept.join(' and ')} with it.`
  throw new TwofoldError('invalid_request', detail)
}

function originOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^https?:/i.test(value) ? URL.parse(value)?.origin : undefined
}

/** The field and what it must be; never the value, which may be a secret. */
export function invalidSettings({ issues: [issue] }: z.ZodError, prefix: string): TwofoldError {
  const field = `${prefix}${issue?.path.join('.') ?? ''}`.replace(/\.$/, '')
  const detail = `${field ? `${field}: ` : ''}${issue?.message ?? 'not valid'}`
  return new TwofoldError('invalid_request', detail.replace(/\.?$/, '.'))
}

/** For whatever a remote said: its answer may repeat a token, as it is or as in an address. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  let shown = text
  for (const secret of secrets) {
    if (secret.length < HIDDEN_CHARS_MIN || isOrigin(secret)) continue
    const mask = maskInText(secret)
    for (const form of new Set([secret, encodeURIComponent(secret), jsonText(secret)])) {
      // A function: in a text, `$&` of the mask would bring the secret back.
      shown = shown.replaceAll(form, () => mask)
    }
  }
  return shown
}

const placeOf = (place: string, path: Path): string => JSON.stringify([place, ...path])

const jsonText = (text: string): string => JSON.stringify(text).slice(1, -1)

function sealedIn(value: unknown): string | undefined {
  const sealed = isObject(value) ? value.sealed : undefined
  return typeof sealed === 'string' ? sealed : undefined
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : []
}

type Change = (value: unknown, path: Path, kind: MaskKind) => unknown

/** A copy with every secret that is set changed. Variants (anyOf, oneOf) are walked one after the
 * other, so `change` may meet what it made. */
function mapSecrets(schema: JsonSchema, settings: Settings, change: Change): Settings {
  return walk(schema, settings, { change, path: [] }) as Settings
}

interface Walk {
  readonly change: Change
  readonly path: Path
}

function walk(schema: JsonSchema, value: unknown, { change, path }: Walk): unknown {
  if (value === undefined || value === null) return value
  if (schema.secret === true) return change(value, path, schema.mask as MaskKind)
  const variants = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => schemasIn(schema[keyword]))
  const whole = variants.reduce<unknown>(
    (seen, variant) => walk(variant, seen, { change, path }),
    value,
  )
  const below = (name: string | number): Walk => ({ change, path: [...path, String(name)] })
  if (Array.isArray(whole)) {
    const { items } = schema
    if (!isObject(items)) return whole
    return whole.map((item, index) => walk(items, item, below(index)))
  }
  if (!isObject(whole) || sealedIn(whole) !== undefined) return whole
  const { properties, additionalProperties } = schema
  const named = isObject(properties) ? properties : {}
  return Object.fromEntries(
    Object.entries(whole).map(([name, inner]) => {
      const own = Object.hasOwn(named, name) ? named[name] : additionalProperties
      return [name, isObject(own) ? walk(own, inner, below(name)) : inner]
    }),
  )
}

const schemasIn = (value: unknown): JsonSchema[] =>
  Array.isArray(value) ? value.filter(isObject) : []

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An array has its indexes for names. */
const isTree = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === 'object' && value !== null

function valueAt(settings: Settings, path: Path): unknown {
  let value: unknown = settings
  for (const name of path) {
    value = isTree(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }
  return value
}
