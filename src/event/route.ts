/**
 * Where an event goes, as plain data: one route per destination of a dataset, with what it takes
 * and which legs leave. Pure and serialisable, so that ingest can run anywhere; made by
 * relay/configs.ts, asked by ingest/deliveries.ts. What only a destination's own code can tell is
 * not here: the relay asks it before sending.
 */
import { z } from 'zod'
import { isWithheld } from './consent.ts'
import { isBrowsing } from './names.ts'
import { allowsDestination } from './routes.ts'
import type { ActionSource, Leg } from './shape.ts'

/** A twin that comes a day later is not worth waiting for. */
export const WAIT_S_MAX = 86_400
/** Long enough for the webhook of the shop, short enough to look immediate in reports. */
const CONVERSION_WAIT_S = 10

export const policySchema = z.object({
  send: z
    .enum(['browser', 'server', 'both', 'merged'])
    .describe(
      'browser or server: only legs of that side. both: each at once, under one id. merged: one ' +
        'event made of all legs known after wait_s.',
    ),
  wait_s: z
    .number()
    .int()
    .min(0)
    .max(WAIT_S_MAX)
    .default(0)
    .describe('merged: seconds to wait for the other leg.'),
})

export const legsSchema = z.object({
  default: policySchema
    .nullable()
    .default(null)
    .describe('For events not named below. null: browsing events both, conversions merged.'),
  by_event: z.record(z.string().min(1).max(100), policySchema).default({}),
})

export type Policy = z.infer<typeof policySchema>
export type LegsPolicy = z.infer<typeof legsSchema>

export interface Route {
  readonly dataset_id: string
  readonly destination_id: string
  /** What kind it is (`meta`): consent is asked by kind. */
  readonly type: string
  /** When it came: what was received before was not counted for it. */
  readonly since_ms: number
  readonly enabled: boolean
  readonly legs: LegsPolicy
  /** Event names it gets; empty: all. */
  readonly only_events: readonly string[]
  /** Event names it does not get, whatever `only_events` says. */
  readonly except_events: readonly string[]
  /** An event older than this (since event_time) is refused there. Absent: no limit. */
  readonly age_ms_max: { readonly [source in ActionSource]?: number }
  /** Everything of one such span leaves together at its end. Absent: at once. */
  readonly gather_ms?: number
}

export const BROWSING_POLICY: Policy = { send: 'both', wait_s: 0 }
export const CONVERSION_POLICY: Policy = { send: 'merged', wait_s: CONVERSION_WAIT_S }

export function policyOf({ legs }: Pick<Route, 'legs'>, eventName: string): Policy {
  if (Object.hasOwn(legs.by_event, eventName)) {
    const own = legs.by_event[eventName]
    if (own) return own
  }
  return legs.default ?? (isBrowsing(eventName) ? BROWSING_POLICY : CONVERSION_POLICY)
}

export type SkipReason = 'disabled' | 'event_filter' | 'rule' | 'not_consented' | 'leg_policy'

/** Why an event with this leg is not for the destination at all; undefined when it is. */
export function skipReasonOf(route: Route, leg: Leg): SkipReason | undefined {
  if (!route.enabled) return 'disabled'
  const { event_name } = leg.event
  const { only_events, except_events } = route
  if (only_events.length > 0 && !only_events.includes(event_name)) return 'event_filter'
  if (except_events.includes(event_name)) return 'event_filter'
  if (!allowsDestination(leg.envelope.routes, route.destination_id)) return 'rule'
  return isWithheld(leg.envelope.consent, route.type) ? 'not_consented' : undefined
}
