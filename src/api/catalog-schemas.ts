/** What the routes of the catalog take and answer; see schemas.ts. */
import { z } from 'zod'
import {
  FEED_HOURS_MAX,
  FEED_HOURS_MIN,
  FEED_URL_CHARS_MAX,
  PRODUCT_ID_CHARS_MAX,
  PRODUCTS_PAGE_MAX,
} from '../catalog-limits.ts'
import { PERSON_VALUES_MAX } from '../limits.ts'

const count = z.number().int().nonnegative()
const currency = z.string().length(3).toUpperCase()

export const catalogImportQuerySchema = z.strictObject({
  dry_run: z.stringbool().default(false).describe('Read all of it and change nothing.'),
  currency: currency.optional().describe('Of prices that name none.'),
  confirm: z.stringbool().default(false).describe('Take it although most products are gone.'),
})

export const catalogFetchSchema = z.strictObject({
  confirm: z.boolean().default(false).describe('Take it although most products are gone.'),
})

const fault = z.object({ line: count, column: z.string(), reason: z.string() })

export const catalogImportSchema = z
  .object({
    at_ms: count,
    from: z.enum(['file', 'url']),
    result: z
      .enum(['taken', 'tried', 'unchanged', 'broken', 'empty', 'shrunk', 'failed'])
      .describe('Only after `taken` it is in force; after all others the former catalog stands.'),
    format: z.enum(['csv', 'tsv', 'xml']).nullable(),
    rows: count.describe('Products in the feed, good and bad.'),
    products: count.describe('Good ones.'),
    bad: count,
    before: count.describe('Products in force before.'),
    columns: z.record(z.string(), z.string()).describe('What each column was taken for.'),
    faults: z.array(fault).describe('The first bad rows.'),
    stopped: fault.nullable().describe('Why it ended early; line 0: it is about the whole feed.'),
  })
  .meta({ id: 'CatalogImport' })

export const catalogSourceSchema = z
  .object({
    url: z
      .string()
      .nullable()
      .describe(
        'Without what follows the question mark, which may be a secret. Null: it was stored ' +
          'under another key and cannot be read.',
      ),
    every_hours: count,
    currency: z.string().nullable(),
    next_ms: count.describe('When it is fetched again.'),
    failures: count.describe('In a row.'),
    error: z.string().nullable().describe('Why the last fetch was not taken.'),
  })
  .meta({ id: 'CatalogSource' })

export const catalogSourceRequestSchema = z
  .strictObject({
    url: z.string().min(1).max(FEED_URL_CHARS_MAX).describe('https://shop.com/feed.xml'),
    every_hours: z.number().int().min(FEED_HOURS_MIN).max(FEED_HOURS_MAX).default(24),
    currency: currency.optional().describe('Of prices that name none.'),
  })
  .meta({ id: 'CatalogSourceRequest' })

export const catalogStateSchema = z
  .object({
    dataset_id: z.string(),
    products: count.describe('In force.'),
    imported_ms: count.nullable(),
    seen: count.describe('Of them, named by a report in the last 28 days.'),
    source: catalogSourceSchema.nullable(),
    running: z
      .object({ at_ms: count, from: z.enum(['file', 'url']), rows: count, bad: count })
      .nullable()
      .describe('The import that is under way.'),
    imports: z.array(catalogImportSchema).describe('The last ones, the newest first.'),
  })
  .meta({ id: 'Catalog' })

export const productsQuerySchema = z.strictObject({
  search: z.string().trim().min(1).max(PRODUCT_ID_CHARS_MAX).optional(),
  unseen: z.stringbool().default(false).describe('Only those no report named in 28 days.'),
  after: z.string().max(PRODUCT_ID_CHARS_MAX).optional().describe('next_after of a page.'),
  limit: z.coerce.number().int().min(1).max(PRODUCTS_PAGE_MAX).default(50),
})

const product = z
  .object({
    product_id: z.string(),
    group_id: z.string().optional(),
    title: z.string().optional(),
    price: z.string().describe('Exact, in major units.'),
    currency: z.string(),
    sale_price: z.string().optional(),
    sale_from_s: z.number().int().optional(),
    sale_to_s: z.number().int().optional(),
    availability: z.string().optional(),
    brand: z.string().optional(),
    link: z.string().optional(),
    image_link: z.string().optional(),
    seen_s: z.number().int().nullable().describe('When a report named it last.'),
  })
  .meta({ id: 'Product' })

export const productsSchema = z
  .object({
    products: z.array(product).describe('By id. A page may be short and still have a next one.'),
    next_after: z.string().nullable(),
  })
  .meta({ id: 'Products' })

export const catalogReportQuerySchema = z.strictObject({
  window: z.enum(['48h', '7d']).optional().describe('Default 48h.'),
  from: z.coerce.number().int().nonnegative().optional(),
  to: z.coerce.number().int().nonnegative().optional(),
})

export const personProductsQuerySchema = z.strictObject({
  person: z
    .string()
    .max(PERSON_VALUES_MAX * 600)
    .transform((list) => list.split(',').filter(Boolean))
    .pipe(z.array(z.string()).min(1).max(PERSON_VALUES_MAX))
    .describe('SHA-256 of an e-mail, a phone or an id, or a cookie (fbp); with commas between.'),
})

export const personProductsSchema = z
  .object({
    dataset_id: z.string(),
    events: count.describe('Events of this person that were found.'),
    looked_back_to: count.nullable().describe('Older events were not looked at; null: all were.'),
    products: z.array(
      z.object({
        product_id: z.string(),
        viewed: count.describe('Events: ViewContent.'),
        carted: count.describe('AddToCart.'),
        bought: count.describe('Purchase.'),
        last_s: count,
        in_catalog: z.boolean(),
        title: z.string().nullable(),
        price: z.string().nullable().describe('Of the catalog, exact.'),
        currency: z.string().nullable(),
        link: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'PersonProducts' })

const share = z.object({
  n: count,
  of: count,
  low: z.number().describe('Lower end of the 95 % interval.'),
  high: z.number(),
})

const oddity = z.object({
  product_id: z.string(),
  title: z.string().nullable(),
  n: count.describe('Reports, in 28 days.'),
  last_s: count,
  event_name: z.string().describe('Of the last report.'),
  event: z.string().nullable().describe('Its id, where it can be looked at.'),
  said: z.string().nullable().describe('What the report says; exact.'),
  feed: z.string().nullable(),
  currency: z.string().nullable(),
})

export const catalogReportSchema = z
  .object({
    dataset_id: z.string(),
    from: count,
    to: count,
    products: count,
    events: z.array(
      z.object({
        event_name: z.string(),
        reports: count.describe('Counted or merged reports that name products.'),
        ids: count.describe('Products they name, each once a report.'),
        matched: share.describe('Of the ids: in the catalog as what the report says they are.'),
        browser: share,
        server: share,
        unknown: count,
        group_as_product: count,
        product_as_group: count,
        price_off: share.describe('Of reports with a price: more than 2 % from the feed’s.'),
        currency_off: share.describe('Of reports with a currency: not the feed’s.'),
        value_off: share.describe('Of reports with quantities: half or double the feed.'),
      }),
    ),
    unknown: z.array(oddity).describe('The most frequent ids that stand nowhere, 50 at most.'),
    group_as_product: z.array(oddity),
    product_as_group: z.array(oddity),
    price: z.array(oddity),
    currency: z.array(oddity),
  })
  .meta({ id: 'CatalogReport' })
