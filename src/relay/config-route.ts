/**
 * A destination's configuration as the plain data that ingest routes by. Pure; called by
 * configs.ts, which hands the routes out.
 */
import type { Destination } from '../destinations/destination.ts'
import type { Route } from '../event/route.ts'
import type { ActionSource } from '../event/shape.ts'
import type { DestinationView } from './view.ts'

type Routed = Omit<DestinationView, 'settings' | 'problem'>

/** Plain data, so that ingest may live in another thread: limits by age are asked once, here. */
export function routeOf(config: Routed, destination: Destination | undefined): Route {
  const ages = ACTION_SOURCES.flatMap((action_source) => {
    const event = { event_name: 'Purchase', event_time: 0, action_source, user_data: {} }
    const ageMs = destination?.bounds.ageMsMax(event) ?? Number.POSITIVE_INFINITY
    return Number.isFinite(ageMs) ? [[action_source, ageMs] as const] : []
  })
  const gather_ms = destination?.bounds.gatherMs
  return {
    dataset_id: config.dataset_id,
    destination_id: config.destination_id,
    type: config.type,
    since_ms: config.created_at_ms,
    enabled: config.enabled,
    legs: config.legs,
    only_events: config.only_events,
    except_events: config.except_events,
    age_ms_max: Object.fromEntries(ages),
    ...(gather_ms ? { gather_ms } : {}),
  }
}

const ACTION_SOURCES: readonly ActionSource[] = [
  'email',
  'website',
  'app',
  'phone_call',
  'chat',
  'physical_store',
  'system_generated',
  'business_messaging',
  'other',
]
