/**
 * The product feed of BrewBeans, as the shop gives it to ad platforms: RSS with the names of Google
 * and Meta. Each bag is a variant of its coffee.
 */
import { BAG_GRAMS, COFFEES, type Coffee, CURRENCY } from './catalogue.ts'

/** `site`: the address of the shop, without a slash at its end. */
export function productFeed(site: string): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>',
    `<title>BrewBeans</title><link>${site}/</link>`,
    ...COFFEES.map((coffee) => itemOf(coffee, site)),
    '</channel></rss>',
    '',
  ].join('\n')
}

function itemOf({ sku, slug, name, short, priceCents }: Coffee, site: string): string {
  const fields = {
    'g:id': sku,
    'g:item_group_id': sku.replace(/-\d+$/, ''),
    'g:title': `${name}, ${BAG_GRAMS} g`,
    'g:description': short,
    'g:link': `${site}/coffee/${slug}`,
    'g:price': `${(priceCents / 100).toFixed(2)} ${CURRENCY}`,
    'g:availability': 'in_stock',
    'g:condition': 'new',
    'g:brand': 'BrewBeans',
    'g:google_product_category': 'Food, Beverages & Tobacco > Beverages > Coffee',
  }
  const lines = Object.entries(fields).map(([tag, text]) => `<${tag}>${escaped(text)}</${tag}>`)
  return `<item>\n${lines.join('\n')}\n</item>`
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
