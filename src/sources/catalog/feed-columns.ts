/**
 * The columns of product feeds, as Google and Meta name them, and a product from the cells of one
 * row: read exactly or refused with the reason. Pure. Called by feed-reader.ts.
 */
import {
  PRODUCT_ID_CHARS_MAX,
  PRODUCT_TITLE_CHARS_MAX,
  PRODUCT_URL_CHARS_MAX,
  PRODUCT_WORD_CHARS_MAX,
} from '../../catalog-limits.ts'
import type { Product } from '../../store/catalogs.ts'
import { type CellFault, faultOf } from '../file-cells.ts'
import { secondsOf } from '../moment.ts'
import { moneyIn } from './feed-money.ts'

/** What a column may hold, and its names. */
export const FEED_COLUMNS = {
  id: ['id', 'retailer id', 'product id', 'offer id', 'sku'],
  item_group_id: ['item group id', 'retailer product group id', 'group id'],
  title: ['title', 'name'],
  price: ['price'],
  sale_price: ['sale price'],
  sale_price_effective_date: ['sale price effective date'],
  availability: ['availability'],
  brand: ['brand'],
  link: ['link', 'url'],
  image_link: ['image link', 'image url'],
} as const satisfies Record<string, readonly string[]>

export type FeedColumn = keyof typeof FEED_COLUMNS

export interface FeedRow {
  /** As an editor counts lines: of an item its first one. */
  readonly line: number
  /** Trimmed; empty where there is none. */
  readonly cell: (column: FeedColumn) => string
  /** As the file calls it. */
  readonly nameOf: (column: FeedColumn) => string
}

export type ReadProduct = { readonly product: Product } | { readonly fault: CellFault }

/** `currency`: of prices that name none, as the person who imports it said. */
export function readProduct(row: FeedRow, currency: string | undefined): ReadProduct {
  const { cell, nameOf } = row
  const refuse = (column: FeedColumn, reason: string): ReadProduct =>
    faultOf(nameOf(column), reason)
  const id = cell('id')
  const idFault = faultInId(id)
  if (idFault) return refuse('id', idFault)
  const group = cell('item_group_id')
  if (group.length > PRODUCT_ID_CHARS_MAX) {
    return refuse('item_group_id', `It is longer than ${PRODUCT_ID_CHARS_MAX} characters.`)
  }
  const price = moneyIn(cell('price'), currency)
  if ('reason' in price) return refuse('price', price.reason)
  const sale = cell('sale_price') === '' ? undefined : moneyIn(cell('sale_price'), price.currency)
  if (sale && 'reason' in sale) return refuse('sale_price', sale.reason)
  if (sale && sale.currency !== price.currency) {
    return refuse('sale_price', 'It is in another currency than the price.')
  }
  const dates = datesIn(cell('sale_price_effective_date'))
  if (!dates) {
    const reason = 'Write two times with a slash: 2026-11-01T00:00+0100/2026-12-01T00:00+0100.'
    return refuse('sale_price_effective_date', reason)
  }
  return {
    product: {
      product_id: id,
      ...(group === '' ? {} : { group_id: group }),
      ...word('title', cell('title'), PRODUCT_TITLE_CHARS_MAX),
      price: price.amount,
      currency: price.currency,
      ...(sale ? { sale_price: sale.amount, ...dates } : {}),
      ...word('availability', plainWord(cell('availability')), PRODUCT_WORD_CHARS_MAX),
      ...word('brand', cell('brand'), PRODUCT_WORD_CHARS_MAX),
      ...address('link', cell('link')),
      ...address('image_link', cell('image_link')),
    },
  }
}

function faultInId(id: string): string | undefined {
  if (id === '') return 'The product has no id.'
  if (id.length > PRODUCT_ID_CHARS_MAX) {
    return `It is longer than ${PRODUCT_ID_CHARS_MAX} characters: no catalog takes it.`
  }
  // What was not UTF-8 became this sign: no event could ever name it.
  return id.includes('\uFFFD') ? 'It is not UTF-8: save the file as UTF-8.' : undefined
}

const word = (name: keyof Product, text: string, max: number): Partial<Product> =>
  text === '' ? {} : { [name]: text.slice(0, max) }

/** "in stock" and "In_Stock" are the same word. */
const plainWord = (text: string): string => text.toLowerCase().replaceAll(/[\s_-]+/g, '_')

/** Shown as a link, so only of a page; whatever else stands there is left out. */
const address = (name: 'link' | 'image_link', text: string): Partial<Product> =>
  /^https?:\/\/\S+$/i.test(text) && text.length <= PRODUCT_URL_CHARS_MAX ? { [name]: text } : {}

function datesIn(text: string): Pick<Product, 'sale_from_s' | 'sale_to_s'> | undefined {
  if (text === '') return {}
  const [from = '', to = '', ...more] = text.split('/').map((part) => part.trim())
  const sale_from_s = secondsOf(from)
  const sale_to_s = secondsOf(to)
  if (more.length > 0 || sale_from_s === undefined || sale_to_s === undefined) return undefined
  return { sale_from_s, sale_to_s }
}
