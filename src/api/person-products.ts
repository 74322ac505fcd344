/**
 * The route of the products of one person: what they viewed, put into the cart and bought, from the
 * events that name them. Nothing of it is kept beside the events, so it goes when they are erased.
 */
import {
  MEASURE_ITEMS_MAX,
  PERSON_EVENTS_MAX,
  PERSON_LOOK_MS,
  PERSON_PRODUCTS_MAX,
  PERSON_PRODUCTS_MS,
} from '../catalog-limits.ts'
import { mergeLegs } from '../event/merge.ts'
import { sightingOf } from '../event/products.ts'
import type { StoredEvent } from '../event/shape.ts'
import {
  eventsOfPerson,
  type NamedEvent,
  personScope,
  valuesOf,
} from '../identity/person-events.ts'
import { PAGE_READS_MAX, PERSON_VALUES_MAX } from '../limits.ts'
import { personProductsQuerySchema, personProductsSchema } from './catalog-schemas.ts'
import type { Context } from './ports.ts'
import { type Route, route } from './route.ts'
import type { PersonProductsAnswer } from './types.ts'

export const personProductRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/person-products',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'What a person viewed, put into the cart and bought',
    description:
      'The last 50 products of 180 days, with title and price of the catalog. Events of a browser ' +
      'of theirs count too, unless somebody else was named on it. The log is looked through for a ' +
      'bounded time: looked_back_to says how far that came, and is null where it was all of it.',
    query: personProductsQuerySchema,
    answer: { status: 200, description: 'The newest first.', schema: personProductsSchema },
    run: async ({ id, query }, context): Promise<PersonProductsAnswer> => {
      const first = await eventsWith(id, query.person, context)
      const scope = personScope(query.person, first.events)
      const values = valuesOf(scope).slice(0, PERSON_VALUES_MAX)
      const isMore = values.length > query.person.length
      const all = isMore ? await eventsWith(id, values, context) : first
      const own = eventsOfPerson(all.events, scope)
      return {
        dataset_id: id,
        events: own.length,
        looked_back_to: first.reached_s ?? all.reached_s,
        products: await withCatalog(id, productsOf(own), context),
      }
    },
  }),
]

interface Found extends NamedEvent {
  readonly stored: StoredEvent
}

async function eventsWith(
  dataset_id: string,
  person: readonly string[],
  { store, nowMs }: Context,
): Promise<{ events: Found[]; reached_s: number | null }> {
  const from_s = Math.floor((nowMs() - PERSON_PRODUCTS_MS) / 1000)
  const untilMs = nowMs() + PERSON_LOOK_MS
  const events: Found[] = []
  let before: number | undefined
  let reachedMs: number | undefined
  for (let reads = 0; reads < PAGE_READS_MAX && (reads === 0 || nowMs() < untilMs); reads++) {
    const page = await store.events({
      ...{ dataset_id, person, from_s, limit: PERSON_EVENTS_MAX - events.length },
      ...(before === undefined ? {} : { before_seq: before }),
    })
    for (const stored of page.events) {
      const [{ seq }] = stored.legs
      events.push({ seq, stored, reports: stored.legs.map(({ event }) => event.user_data) })
    }
    before = page.next_before_seq
    reachedMs = page.reached_ms
    if (before === undefined || events.length >= PERSON_EVENTS_MAX) break
  }
  const isWhole = before === undefined
  return { events, reached_s: isWhole ? null : Math.floor((reachedMs ?? nowMs()) / 1000) }
}

const KINDS = { ViewContent: 'viewed', AddToCart: 'carted', Purchase: 'bought' } as const
type Kind = (typeof KINDS)[keyof typeof KINDS]
type Product = PersonProductsAnswer['products'][number]
type Counted = Pick<Product, Kind | 'product_id' | 'last_s'>

/** The newest first. */
function productsOf(events: readonly Found[]): Counted[] {
  const products = new Map<string, Counted>()
  for (const { stored } of events) {
    const [kept] = stored.legs
    const kind = KINDS[kept.event.event_name as keyof typeof KINDS] as Kind | undefined
    // What any of the reports knew of the products.
    const sighting =
      kind && sightingOf({ ...kept, event: mergeLegs(stored.legs) }, MEASURE_ITEMS_MAX)
    for (const { id } of sighting?.items ?? []) {
      const known = products.get(id) ?? {
        ...{ product_id: id, last_s: 0, viewed: 0, carted: 0, bought: 0 },
      }
      const last_s = Math.max(known.last_s, sighting?.time_s ?? 0)
      products.set(id, { ...known, last_s, ...(kind ? { [kind]: known[kind] + 1 } : {}) })
    }
  }
  return [...products.values()]
    .sort((a, b) => b.last_s - a.last_s || (a.product_id < b.product_id ? -1 : 1))
    .slice(0, PERSON_PRODUCTS_MAX)
}

async function withCatalog(
  id: string,
  counted: readonly Counted[],
  { store }: Context,
): Promise<Product[]> {
  const ids = counted.map(({ product_id }) => product_id)
  const found = await store.lookUpProducts(id, ids)
  return counted.map((one, at) => {
    const product = found[at]?.product ?? found[at]?.in_group
    const { title = null, price = null, currency = null, link = null } = product ?? {}
    return { ...one, in_catalog: Boolean(product), title, price, currency, link }
  })
}
