/**
 * What else is known of the shopper of an event that a source tells: a refund names the person of
 * its purchase; a purchase gets what the shopper's browser reported on its way to it, under the id
 * of the order or the token of the checkout. Only what is missing is filled in. It reads the store
 * and writes nothing. Called by hand-over.ts.
 */
import { TwofoldError } from '../../errors.ts'
import type { Dataset } from '../../event/dataset.ts'
import { mergeLegs } from '../../event/merge.ts'
import type { Consent, Leg } from '../../event/shape.ts'
import { SOURCE_TRAIL_READS_MAX } from '../../limits.ts'
import type { EventQuery, Store } from '../../store/store.ts'
import { pageOf } from '../carried.ts'
import type { SourceEvent, Trail } from '../source.ts'
import type { PlannedEvent } from './plan.ts'

export interface Completed {
  /** As ingest takes it. */
  readonly event: unknown
  readonly consent: Consent | undefined
}

interface IdentityPorts {
  readonly store: Pick<Store, 'events'>
}

export async function completed(
  planned: PlannedEvent,
  { dataset_id }: Dataset,
  { store }: IdentityPorts,
): Promise<Completed> {
  const { event, joinFrom, trail } = planned
  const consent: Consent | undefined = planned.consent && { state: planned.consent, signal: 'api' }
  const read = (query: Partial<EventQuery>) =>
    eventsOf(store, { dataset_id, limit: ORDER_EVENTS_READ, ...query })
  if (joinFrom !== undefined) {
    const bought = (await read({ order_id: joinFrom })).find(({ legs: [kept] }) =>
      /^(Purchase|Renewal)$/.test(kept.event.event_name),
    )
    const shopper = bought ? { user_data: mergeLegs(bought.legs).user_data } : {}
    return { event: { ...event, ...shopper }, consent }
  }
  // Of a till or an assistant there is no browser of the shopper's; and who refused is left alone.
  const isFollowed = trail && event.action_source === 'website' && planned.consent !== 'denied'
  if (!isFollowed) return { event, consent }
  let done: Filled = { event, consent, trail }
  for (const query of queriesOf(event, trail)) {
    if (!isLacking(done)) break
    for (const { legs } of await read(query)) {
      for (const leg of byNearness(legs)) done = filled(done, leg)
    }
  }
  return done
}

/** Of the last events of an order that are looked through. */
const ORDER_EVENTS_READ = 20

/** Each leads to its few events at once: an order's id, then the tokens on the way to it. */
function queriesOf({ custom_data }: SourceEvent, { reported = [] }: Trail): Partial<EventQuery>[] {
  const orderId = custom_data?.order_id
  const own = typeof orderId === 'string' ? [{ order_id: orderId }] : []
  return [...own, ...reported].slice(0, SOURCE_TRAIL_READS_MAX)
}

async function eventsOf(store: IdentityPorts['store'], query: EventQuery) {
  const { events } = await store.events(query).catch((error: unknown) => {
    // Of the store, so no defect of this delivery.
    if (error instanceof TwofoldError) throw error
    throw new TwofoldError('store_failed', undefined, { cause: error })
  })
  return events
}

interface Filled {
  readonly event: SourceEvent
  readonly consent: Consent | undefined
  readonly trail: Trail
}

const BROWSER_KEYS = ['fbp', 'fbc', 'client_ip_address', 'client_user_agent'] as const

function isLacking({ event, consent, trail }: Filled): boolean {
  const { user_data } = event
  const lacks = BROWSER_KEYS.some((key) => user_data[key] === undefined)
  return lacks || !event.event_source_url || !consent || (trail.supposed ?? []).length > 0
}

/** The browser's own report first; what a server said under the same id comes after it. */
function byNearness(legs: readonly Leg[]): readonly Leg[] {
  const onSite = legs.filter(({ event }) => event.action_source === 'website')
  const isOwn = ({ envelope }: Leg): boolean => envelope.channel === 'browser'
  return [...onSite.filter(isOwn), ...onSite.filter((leg) => !isOwn(leg))]
}

const PROCESSING = [
  'data_processing_options',
  'data_processing_options_country',
  'data_processing_options_state',
] as const

function filled({ event, consent, trail }: Filled, leg: Leg): Filled {
  const isBrowser = leg.envelope.channel === 'browser'
  const { supposed = [] } = trail
  const said = leg.event
  const url = pageOf(said.event_source_url)
  const takesUrl =
    url !== undefined &&
    (!event.event_source_url || (isBrowser && supposed.includes('event_source_url')))
  const takesClick = isBrowser && said.user_data.fbc !== undefined && supposed.includes('fbc')
  // Limited data use that the page asked for holds for the order as well.
  const limits = Object.fromEntries(
    PROCESSING.filter((key) => said[key] !== undefined).map((key) => [key, said[key]]),
  )
  return {
    event: {
      ...limits,
      ...(said.referrer_url ? { referrer_url: said.referrer_url } : {}),
      ...event,
      ...(takesUrl ? { event_source_url: url } : {}),
      user_data: {
        ...said.user_data,
        ...event.user_data,
        ...(takesClick ? { fbc: said.user_data.fbc as string } : {}),
      },
    },
    consent: consent ?? wordOf(leg),
    trail: {
      ...trail,
      supposed: supposed.filter((name) => !(name === 'fbc' ? takesClick : takesUrl && isBrowser)),
    },
  }
}

/** What the visitor said, without what was decided of that other event. */
function wordOf({ envelope }: Leg): Consent | undefined {
  if (!envelope.consent) return undefined
  const { decision: _, ...word } = envelope.consent
  return word.signal === 'none' ? undefined : word
}
