/**
 * What a sale earns, from a margin table: shares of the price or amounts per piece, by product.
 * Exact integers throughout; where something is missing there is no result, never a guess. Pure;
 * called by act.ts.
 */
import type { Content, CustomData } from '../event/shape.ts'
import { type Decimal, decimal, microsOf, times } from './decimal.ts'

export interface MarginTable {
  readonly rest: Margin | undefined
  readonly byId: ReadonlyMap<string, Margin>
  readonly currency: string | undefined
}

/** A share of the price, or an amount per piece. */
type Margin = { readonly share: Decimal } | { readonly perPiece: Decimal }

export interface MarginSource {
  readonly margin?: string | undefined
  readonly by_content_id?: Readonly<Record<string, string>> | undefined
  readonly currency?: string | undefined
}

export function marginTable({ margin, by_content_id, currency }: MarginSource): MarginTable {
  const rows = Object.entries(by_content_id ?? {})
  return {
    rest: margin === undefined ? undefined : marginOf(margin),
    byId: new Map(rows.map(([id, text]) => [id, marginOf(text)])),
    currency,
  }
}

type Earned = { readonly micros: bigint } | { readonly why: string }

export function earnedBy(custom: CustomData | undefined, table: MarginTable): Earned {
  if (table.currency && custom?.currency !== table.currency) {
    return { why: `the event is not in ${table.currency}` }
  }
  const items = table.byId.size > 0 ? custom?.contents : undefined
  if (items && items.length > 0 && items.every(isPriced)) return earnedByItems(items, table)
  return earnedByWhole(custom, table)
}

function earnedByItems(items: readonly Content[], table: MarginTable): Earned {
  let sum = 0n
  for (const [index, item] of items.entries()) {
    const margin = marginFor(item.id, table)
    if (!margin) return { why: `contents[${index}] is in no row of the table` }
    sum += earnedOn(priceOf(item), item.quantity ?? 1, margin)
  }
  return { micros: sum }
}

/** Without prices per item: the one margin that all its products share, on the value. */
function earnedByWhole(custom: CustomData | undefined, table: MarginTable): Earned {
  const price = custom?.value === undefined ? undefined : microsOf(custom.value)
  if (price === undefined) return { why: 'the event has no value' }
  const ids = custom?.contents?.map(({ id }) => id) ?? custom?.content_ids ?? []
  const margins = ids.length > 0 ? ids.map((id) => marginFor(id, table)) : [table.rest]
  const [margin] = margins
  if (!margin || margins.some((one) => !one)) return { why: 'a product is in no row of the table' }
  if (margins.some((one) => !isSame(one as Margin, margin))) {
    return { why: 'its products have different margins and no prices of their own' }
  }
  if ('share' in margin) return { micros: earnedOn(price, 1, margin) }
  const pieces = custom?.contents?.reduce((sum, { quantity }) => sum + (quantity ?? 1), 0)
  return { micros: earnedOn(price, pieces ?? Math.max(ids.length, 1), margin) }
}

function marginFor(id: string | undefined, { byId, rest }: MarginTable): Margin | undefined {
  return (id === undefined ? undefined : byId.get(id)) ?? rest
}

function isPriced({ item_price: price, quantity = 1 }: Content): boolean {
  return price !== undefined && microsOf(price) !== undefined && microsOf(quantity) !== undefined
}

function priceOf({ item_price: price = 0, quantity = 1 }: Content): bigint {
  return times(microsOf(price) ?? 0n, decimal(quantity) as Decimal)
}

/** `price` of all pieces together, in millionths. */
function earnedOn(price: bigint, pieces: number, margin: Margin): bigint {
  if ('share' in margin) return times(price, margin.share)
  return times(microsOf(pieces) ?? 0n, margin.perPiece)
}

/** A percentage is a decimal with two more places. */
function marginOf(text: string): Margin {
  const { digits, places } = decimal(text.replace('%', '')) as Decimal
  return text.endsWith('%')
    ? { share: { digits, places: places + 2 } }
    : { perPiece: { digits, places } }
}

function isSame(a: Margin, b: Margin): boolean {
  const [one, two] = ['share' in a ? a.share : a.perPiece, 'share' in b ? b.share : b.perPiece]
  return 'share' in a === 'share' in b && one.digits === two.digits && one.places === two.places
}
