/**
 * Holds reports against the catalog: which ids are in it, as what, and whether prices, currency and
 * value agree. Pure: sightings and what their ids stand for go in, counters and oddities come out.
 * Called by measurer.ts; the fold over all stored reports is the reference.
 */
import { PRICE_DRIFT_MAX, VALUE_DRIFT_FACTOR } from '../../catalog-limits.ts'
import { CATALOG_METRICS, type CatalogMetric } from '../../event/catalog-metrics.ts'
import { amountOf, decimalOf } from '../../event/money.ts'
import type { ProductSighting, SightedItem } from '../../event/products.ts'
import type { FoundId, MeasuredStretch, Oddity, OddityKind, Product } from '../../store/catalogs.ts'
import type { CounterDelta } from '../../store/store.ts'
import { microsOf } from '../decimal.ts'

export type Measured = Pick<MeasuredStretch, 'counters' | 'oddities' | 'seen'>

export function measure(
  datasetId: string,
  sightings: readonly ProductSighting[],
  found: ReadonlyMap<string, FoundId>,
): Measured {
  const gathered = new Gathered(datasetId)
  for (const sighting of sightings) measureOne(sighting, found, gathered)
  return gathered.measured()
}

interface Known {
  readonly item: SightedItem
  /** Whose price it has: of a group that of one of its products. */
  readonly product: Product
  readonly isGroup: boolean
}

function measureOne(
  sighting: ProductSighting,
  found: ReadonlyMap<string, FoundId>,
  into: Gathered,
): void {
  const sums = { matched: 0, unknown: 0, group_as_product: 0, product_as_group: 0 }
  const known: Known[] = []
  for (const item of sighting.items) {
    const { product = null, in_group = null } = found.get(item.id) ?? {}
    const how = howFound(sighting.type, product, in_group)
    sums[how] += 1
    if (how !== 'matched') into.odd(how, item.id, sighting)
    const own = sighting.type === 'product_group' ? (in_group ?? product) : (product ?? in_group)
    if (!own) continue
    known.push({ item, product: own, isGroup: own.product_id !== item.id })
    into.see(own.product_id === item.id ? item.id : own.product_id, sighting.received_s)
  }
  into.count(sighting, 'reports', 1)
  into.count(sighting, 'ids', sighting.items.length)
  for (const [metric, n] of Object.entries(sums)) into.count(sighting, metric as CatalogMetric, n)
  if (sums.unknown > 0) into.count(sighting, 'unknown_reports', 1)
  if (sums.group_as_product + sums.product_as_group > 0) into.count(sighting, 'kind_reports', 1)
  measureMoney(sighting, known, into)
}

function howFound(
  type: ProductSighting['type'],
  product: Product | null,
  inGroup: Product | null,
): 'matched' | 'unknown' | 'group_as_product' | 'product_as_group' {
  if (!product && !inGroup) return 'unknown'
  if (type === 'product' && !product) return 'group_as_product'
  if (type === 'product_group' && !inGroup) return 'product_as_group'
  return 'matched'
}

/** Money is compared in one currency only: nothing is ever converted. */
function measureMoney(sighting: ProductSighting, known: readonly Known[], into: Gathered): void {
  const { currency } = sighting
  if (currency === undefined || known.length === 0) return
  const foreign = known.filter(({ product }) => product.currency !== currency)
  into.count(sighting, 'in_currency', 1)
  if (foreign.length > 0) into.count(sighting, 'currency_off', 1)
  for (const { product } of foreign) {
    const say = { said: currency, feed: product.currency }
    into.odd('currency', product.product_id, sighting, say)
  }
  // Variants of a group may differ in price: theirs says nothing of a group as such.
  const own = known.filter(({ product, isGroup }) => product.currency === currency && !isGroup)
  comparePrices(sighting, own, into)
  if (foreign.length === 0 && own.length === sighting.items.length) {
    compareValue(sighting, own, into)
  }
}

function comparePrices(sighting: ProductSighting, known: readonly Known[], into: Gathered): void {
  let compared = 0
  let off = 0
  for (const { item, product } of known) {
    const said = microsIn(item.price ?? onlyPriceIn(sighting, item))
    if (said === undefined) continue
    compared += 1
    const prices = pricesAt(product, sighting.time_s)
    if (prices.some((price) => isNear(said, price))) continue
    off += 1
    const say = { said: decimalOf(0n, said), feed: decimalOf(0n, prices[0] ?? 0n) }
    into.odd('price', product.product_id, sighting, { ...say, currency: product.currency })
  }
  if (compared > 0) into.count(sighting, 'priced', 1)
  if (off > 0) into.count(sighting, 'price_off', 1)
}

/** Who views or carts one product reports its price as the value. */
const OF_ONE: ReadonlySet<string> = new Set(['ViewContent', 'AddToCart', 'AddToWishlist'])

function onlyPriceIn(
  { event_name, items, value }: ProductSighting,
  { quantity = 1 }: SightedItem,
): number | undefined {
  return OF_ONE.has(event_name) && items.length === 1 && quantity === 1 ? value : undefined
}

/** A sale has shipping and discounts in it, so only what is far off is told. */
function compareValue(sighting: ProductSighting, known: readonly Known[], into: Gathered): void {
  const value = microsIn(sighting.value)
  if (value === undefined || value <= 0n || OF_ONE.has(sighting.event_name)) return
  if (!sighting.counted) return
  let sum = 0n
  for (const { item, product } of known) {
    const quantity = microsIn(item.quantity) ?? 0n
    const [price = 0n] = pricesAt(product, sighting.time_s)
    sum += (price * quantity) / MICROS
  }
  if (sum <= 0n) return
  const factor = BigInt(VALUE_DRIFT_FACTOR)
  into.count(sighting, 'valued', 1)
  if (value * factor < sum || sum * factor < value) into.count(sighting, 'value_off', 1)
}

const MICROS = 1_000_000n

/** In force at that moment first, then the usual one: a cart may have been filled before a sale. */
function pricesAt(product: Product, atS: number): bigint[] {
  const { price, sale_price, sale_from_s = 0, sale_to_s = Number.POSITIVE_INFINITY } = product
  const usual = microsOf(price) ?? 0n
  const sale = microsOf(sale_price)
  const isOn = sale !== undefined && atS >= sale_from_s && atS < sale_to_s
  return isOn ? [sale, usual] : [usual]
}

function microsIn(value: number | undefined): bigint | undefined {
  const amount = value === undefined ? undefined : amountOf(value)
  return amount && BigInt(amount.units) * MICROS + BigInt(amount.micros)
}

function isNear(said: bigint, price: bigint): boolean {
  const apart = said > price ? said - price : price - said
  return apart * 1000n <= price * BigInt(Math.round(PRICE_DRIFT_MAX * 1000))
}

const HOUR_S = 3600

/** Sums by hour, name, channel and metric; oddities by kind and id; products by the last report. */
class Gathered {
  readonly #datasetId: string
  readonly #counters = new Map<string, { -readonly [K in keyof CounterDelta]: CounterDelta[K] }>()
  readonly #oddities = new Map<string, Oddity>()
  readonly #seen = new Map<string, number>()

  constructor(datasetId: string) {
    this.#datasetId = datasetId
  }

  count(sighting: ProductSighting, what: CatalogMetric, n: number): void {
    if (n === 0) return
    const { received_s, event_name, channel } = sighting
    const hour_s = received_s - (received_s % HOUR_S)
    const metric = CATALOG_METRICS[what]
    const key = `${hour_s}\n${channel}\n${metric}\n${event_name}`
    const known = this.#counters.get(key)
    if (known) known.n += n
    else {
      const dataset_id = this.#datasetId
      this.#counters.set(key, { dataset_id, hour_s, event_name, channel, metric, n })
    }
  }

  odd(
    kind: OddityKind,
    product_id: string,
    { seq, event_name, received_s }: ProductSighting,
    say: Pick<Oddity, 'said' | 'feed' | 'currency'> = {},
  ): void {
    const key = `${kind}\n${product_id}`
    const n = (this.#oddities.get(key)?.n ?? 0) + 1
    const last = { n, last_s: received_s, event_name, seq }
    this.#oddities.set(key, { kind, product_id, ...last, ...say })
  }

  see(productId: string, atS: number): void {
    this.#seen.set(productId, Math.max(atS, this.#seen.get(productId) ?? 0))
  }

  measured(): Measured {
    return {
      counters: [...this.#counters.values()],
      oddities: [...this.#oddities.values()],
      seen: [...this.#seen].map(([product_id, at_s]) => ({ product_id, at_s })),
    }
  }
}
