/**
 * What the history says of a request that changes something: who, what, where, and which fields.
 * Of values only those on a short list; the rest may be secrets or personal. Called by api.ts.
 */
import { type Caller, NOBODY } from '../access/caller.ts'
import type { Change, Details } from '../access/history.ts'
import { plainObject } from '../access/plain-object.ts'
import { HISTORY_TEXT_CHARS_MAX } from '../limits.ts'
import { readSessionCookie } from './cookie.ts'
import type { Context } from './ports.ts'
import type { Call, Route } from './route.ts'

/** Fields of bodies whose value says what was done and is never secret. */
const TOLD = new Set([
  'name',
  'note',
  'role',
  'purpose',
  'type',
  'enabled',
  'version',
  'business_id',
  'expires_in_days',
  'overlap_hours',
])

export function changeOf(
  route: Route,
  call: Call<unknown, unknown>,
  context: Context,
): Change | undefined {
  const { history, auth } = route
  if (!history) return undefined
  const recorded = typeof history === 'string' ? { action: history } : history
  if (recorded.isTrial?.(call, context)) return undefined
  const { action, about = none } = recorded
  const on = typeof auth === 'object' ? auth.on : undefined
  const found = about(call, context) ?? {}
  const dataset_id = on === 'dataset' ? call.id : (found.dataset_id ?? null)
  const { businessOf } = context.access
  const ofDataset = dataset_id === null ? undefined : businessOf(dataset_id)
  return {
    caller: callerOf(call, context),
    action,
    business_id: on === 'business' ? call.id : (ofDataset ?? null),
    dataset_id,
    subject: Object.values(call.params).at(-1) ?? null,
    name: found.name ?? null,
    // What is no JSON, such as a file, tells nothing here.
    details: route.body ? detailsOf(call.request.body) : {},
    businessOf,
  }
}

const none = (): undefined => undefined

/** On public routes somebody may be signed in all the same. */
function callerOf({ caller, request }: Call<unknown, unknown>, { access }: Context): Caller {
  if (caller.kind !== 'nobody') return caller
  return access.sessionCaller(readSessionCookie(request) ?? '') ?? NOBODY
}

/** Fields of bodies that prove who asks, are secret and told by the action, or say that it is
 * meant: a dry run is no change. */
const UNTOLD = new Set(['code', 'current', 'password', 'dry_run'])

/** Of the body as it was sent: what a default filled in, nobody chose. */
function detailsOf(body: unknown): Details {
  const fields = Object.entries(plainObject(body) ?? {}).filter(([name]) => !UNTOLD.has(name))
  const isTold = (name: string, value: unknown): boolean =>
    TOLD.has(name) && value !== null && typeof value !== 'object'
  const told = fields.flatMap(([name, value]) => {
    if (!isTold(name, value)) return []
    const plain = typeof value === 'string' ? value.slice(0, HISTORY_TEXT_CHARS_MAX) : value
    return [[name, plain as Details[string]]]
  })
  const names = fields.flatMap(([name, value]) => {
    const inner = plainObject(value)
    if (inner) return Object.keys(inner).map((one) => `${name}.${one}`)
    return isTold(name, value) ? [] : [name]
  })
  const text = names.join(', ').slice(0, HISTORY_TEXT_CHARS_MAX)
  return { ...Object.fromEntries(told), ...(text ? { fields: text } : {}) }
}
