import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../store/drivers/memory.ts'
import type { Store } from '../../store/store.ts'
import { importFeed, newImport } from './catalog-import.ts'
import type { CatalogImport, ImportAsked } from './view.ts'

const ID = 'd'
const HEAD = 'id,title,price,item_group_id'

/** In pieces, so that every seam of the text is cut somewhere. */
async function* pieces(bytes: Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function take(
  store: Store,
  feed: string | Uint8Array,
  asked: Partial<ImportAsked> = {},
): Promise<CatalogImport> {
  const report = newImport('file', 1)
  report.before = (await store.catalogStatus(ID)).products
  const bytes = typeof feed === 'string' ? Buffer.from(feed) : feed
  const size = Math.max(7, Math.ceil(bytes.length / 500))
  const whole = { dryRun: false, confirmed: false, ...asked }
  await importFeed(pieces(bytes, size), { datasetId: ID, asked: whole, report }, store)
  return report
}

const productsIn = async (store: Store) =>
  (await store.products({ dataset_id: ID, limit: 200 })).products.map(
    ({ seen_s: _, ...one }) => one,
  )

const rss = (items: string, before = ''): string => `<?xml version="1.0" encoding="UTF-8"?>${before}
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title>
${items}
</channel></rss>`

const SUNRISE = {
  ...{ product_id: 'S1', group_id: 'G1', title: 'Sunrise & Co', price: '14.9', currency: 'EUR' },
  ...{ sale_price: '12.5', sale_from_s: 1_793_487_600, sale_to_s: 1_796_079_600 },
  ...{ availability: 'in_stock', brand: 'Brew', link: 'https://x.com/s1' },
  image_link: 'https://x.com/s1.jpg',
}

const DATES = '2026-11-01T00:00+0100/2026-12-01T00:00+0100'

const FORMS = {
  csv: `\uFEFFid,item_group_id,title,price,sale_price,sale_price_effective_date,availability,brand,link,image_link,google_product_category,gtin
S1,G1,Sunrise & Co,14.90 EUR,12.50 EUR,${DATES},in stock,Brew,https://x.com/s1,https://x.com/s1.jpg,Food > Coffee,400
`,
  tsv: `g:id\tItem Group ID\tTitle\tPrice\tSale price\tsale price effective date\tavailability\tbrand\tlink\timage link
S1\tG1\tSunrise & Co\t14.90 EUR\t12.50 EUR\t${DATES}\tIn stock\tBrew\thttps://x.com/s1\thttps://x.com/s1.jpg
`,
  rss: rss(`<item><id>other</id><g:id>S1</g:id><g:item_group_id>G1</g:item_group_id>
<title><![CDATA[Sunrise & Co]]></title><link>https://x.com/s1</link><g:price>14.90 EUR</g:price>
<g:shipping><g:price>4.90 USD</g:price><g:id>nested</g:id></g:shipping>
<g:sale_price>12.50 EUR</g:sale_price><g:sale_price_effective_date>${DATES}</g:sale_price_effective_date>
<g:availability>in_stock</g:availability><g:brand>Brew</g:brand>
<g:image_link>https://x.com/s1.jpg</g:image_link></item>`),
  atom: `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
<title>Shop</title><link rel="self" href="https://x.com"/>
<entry><g:id>S1</g:id><g:item_group_id>G1</g:item_group_id><title>Sunrise &amp; Co</title>
<link href="https://x.com/s1"/><g:price>14.90 EUR</g:price><g:sale_price>12.50 EUR</g:sale_price>
<g:sale_price_effective_date>${DATES}</g:sale_price_effective_date>
<g:availability>in stock</g:availability><g:brand>Brew</g:brand>
<g:image_link>https://x.com/s1.jpg</g:image_link></entry></feed>`,
}

describe('a feed', () => {
  it.each(Object.entries(FORMS))('as %s says the same, plain and gzip', async (_form, text) => {
    for (const bytes of [Buffer.from(text), gzipSync(text)]) {
      const store = memoryStore()
      const report = await take(store, bytes)
      expect(report).toMatchObject({ result: 'taken', rows: 1, products: 1, bad: 0, stopped: null })
      expect(await productsIn(store)).toEqual([SUNRISE])
    }
  })

  it('keeps good rows and names bad ones by line, column and reason', async () => {
    const store = memoryStore()
    const report = await take(
      store,
      [
        ...[
          HEAD,
          'a,Ä,1 EUR,',
          ',B,1 EUR,',
          'c,C,5,',
          'a,Again,2 EUR,',
          `${'x'.repeat(101)},,1 EUR,`,
        ],
        'd,D,"1,50 EUR",G',
      ].join('\n'),
    )
    expect(report).toMatchObject({ result: 'taken', rows: 6, products: 2, bad: 4 })
    expect(report.faults.map(({ line, column }) => [line, column])).toEqual([
      [3, 'id'],
      [4, 'price'],
      [5, 'id'],
      [6, 'id'],
    ])
    expect(report.faults[1]?.reason).toMatch(/names no currency/)
    expect(await productsIn(store)).toMatchObject([{ title: 'Ä' }, { price: '1.5', group_id: 'G' }])
  })

  it('says of an item in XML on which line it begins', async () => {
    const items =
      '<item><g:id>a</g:id><g:price>1 EUR</g:price></item>\n<item>\n<g:id>b</g:id>\n</item>'
    const report = await take(memoryStore(), rss(items))
    expect(report.faults).toEqual([{ line: 4, column: 'price', reason: expect.any(String) }])
  })

  it('finds an id again however far above its first row stands', async () => {
    const rows = Array.from({ length: 1200 }, (_, at) => `p${at},T,1 EUR,`)
    const report = await take(memoryStore(), [HEAD, ...rows, 'p3,T,2 EUR,'].join('\n'))
    expect(report).toMatchObject({ products: 1200, bad: 1 })
    expect(report.faults).toMatchObject([{ line: 1202, column: 'id' }])
  })

  it('takes the currency of all from who imports it, where a price names none', async () => {
    const store = memoryStore()
    const feed = `${HEAD}\na,A,5,\nb,B,6 CHF,`
    expect(await take(store, feed, { currency: 'EUR' })).toMatchObject({ products: 2 })
    expect((await productsIn(store)).map(({ currency }) => currency)).toEqual(['EUR', 'CHF'])
  })
})

const good = (n: number): string =>
  [HEAD, ...Array.from({ length: n }, (_, at) => `p${at},T,1 EUR,`)].join('\n')

const BOMB = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>`

describe('the former catalog stands', () => {
  it.each([
    ['a row that never ends', `${HEAD}\na,A,1 EUR,\nb,"B,1 EUR,\n`, 'broken', 3],
    ['no head', 'a,A,1 EUR,\n', 'broken', 1],
    ['no price', 'id,title\na,A\n', 'broken', 1],
    ['nothing at all', '', 'broken', 1],
    ['only bad rows', `${HEAD}\na,A,1,\n`, 'empty', null],
    ['XML cut short', rss('<item><g:id>a</g:id>'), 'broken', 4],
    ['XML that is no feed', '<html><body>Not found</body></html>', 'broken', 1],
    ['a document type', rss('<item><g:id>a</g:id></item>', BOMB), 'broken', 1],
    ['an entity that nobody declared', rss('<item><g:id>&x;</g:id></item>'), 'broken', 3],
    ['an item without end', rss(`<item><g:id>${'a'.repeat(300_000)}`), 'broken', 3],
    ['a nest', `<rss>${'<a>'.repeat(40)}`, 'broken', 1],
    ['fewer than half', good(1), 'shrunk', null],
  ])('after %s', async (_what, feed, result, line) => {
    const store = memoryStore()
    await take(store, good(4))
    const report = await take(store, feed)
    expect(report.result).toBe(result)
    expect(report.stopped?.line ?? null).toBe(line)
    expect(await productsIn(store)).toHaveLength(4)
  })

  it.each([
    ['damaged gzip', Buffer.concat([gzipSync(good(3)).subarray(0, 30), Buffer.alloc(9)])],
    ['gzip cut short', gzipSync(good(3)).subarray(0, 40)],
    ['a zip archive', Buffer.from('PK\u0003\u0004 and so on')],
    ['UTF-16', Buffer.from(`\uFEFF${good(3)}`, 'utf16le')],
    ['UTF-16 without a mark', Buffer.from(good(3), 'utf16le')],
  ])('after %s, which is said', async (_what, bytes) => {
    const store = memoryStore()
    await take(store, good(4))
    const report = await take(store, bytes)
    expect(report).toMatchObject({ result: 'broken', stopped: { line: 0 } })
    expect(await productsIn(store)).toHaveLength(4)
  })

  it('unless somebody confirms that most products are gone', async () => {
    const store = memoryStore()
    await take(store, good(4))
    expect(await take(store, good(2))).toMatchObject({ result: 'taken', before: 4 })
    expect(await take(store, good(0).replace(HEAD, `${HEAD}\nx,X,1 EUR,`))).toMatchObject({
      result: 'taken',
    })
    await take(store, good(4))
    const confirmed = await take(store, good(1), { confirmed: true })
    expect(confirmed).toMatchObject({ result: 'taken', products: 1 })
    expect(await productsIn(store)).toHaveLength(1)
  })

  it('when it is only tried, or its bytes stop coming', async () => {
    const store = memoryStore()
    await take(store, good(4))
    expect(await take(store, good(3), { dryRun: true })).toMatchObject({ result: 'tried' })
    async function* lost(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(good(3))
      throw new Error('connection lost')
    }
    const report = newImport('file', 1)
    const asked = { dryRun: false, confirmed: true }
    const importing = importFeed(lost(), { datasetId: ID, asked, report }, store)
    await expect(importing).rejects.toThrow('connection lost')
    expect(await productsIn(store)).toHaveLength(4)
  })
})

it('a long name of a column or element is told with no bad row', async () => {
  const long = 'g'.repeat(50_000)
  const item = `<item><${long}:id></${long}:id><price>no</price></item>`
  const xml = await take(memoryStore(), rss(item))
  expect(xml).toMatchObject({ result: 'broken', faults: [] })
  expect(xml.stopped?.reason).toBe('The name of an element is longer than 200 characters.')
  const csv = await take(memoryStore(), `retailer${'_'.repeat(50_000)}id,price\n,no\n`)
  expect(csv).toMatchObject({ result: 'broken', faults: [], stopped: { column: 'id' } })
})
