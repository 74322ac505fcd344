/** What the routes about orders take and answer: the order book, and what it says of the count. */
import { z } from 'zod'
import { RECONCILE_ROWS_MAX } from '../order-limits.ts'
import { REASONS, UNSENT_REASONS } from '../reconcile/view.ts'

const count = z.number().int().nonnegative()
const seconds = z.number().int()
const money = z.string().nullable().describe('Exact, in major units.')
const counts = z.record(z.string(), count)
const reason = z.enum(Object.keys(REASONS) as [keyof typeof REASONS])
const day = z.iso.date()

export const daysQuerySchema = z.strictObject({
  from: day.optional().describe('First day in the time zone of the shop; default a week ago.'),
  to: day.optional().describe('Last day; default today.'),
})

const discrepancy = z.object({
  missing: count,
  extra: count,
  of: count.describe('All sales that either side knows, without those left out on purpose.'),
  share: z.number().nullable().describe('(missing + extra) / of; null where there are none.'),
  low: z.number().describe('95% interval of the share (Wilson).'),
  high: z.number(),
})

const sums = z.object({
  orders: count.describe('Sold: paid orders of the book.'),
  not_sold: counts.describe('Orders of the book that are no sale, by status.'),
  counted: count.describe('Purchases counted: those of these orders, and extra ones.'),
  browser: count.describe('Orders that the browser reported.'),
  server: count.describe('Orders that a server or a source reported.'),
  both: count,
  missing: count.describe('Sold, not counted.'),
  left_out: count.describe('Sold, not counted on purpose: consent, a rule, a test.'),
  extra: count.describe('Counted, not sold.'),
  elsewhere: count.describe(
    'Counted, and sold in stores, by phone or by people: not of these orders, and in no other sum.',
  ),
  differs: count.describe('Counted with other money.'),
  unnamed: count.describe('Counted without their order id.'),
  other_day: count.describe('Counted on another day than the order’s.'),
  repeats: count.describe('Further browser reports of orders that were counted once all the same.'),
  reasons: counts.describe('By kind and reason, such as missing:never_reported.'),
  money: z.array(
    z.object({
      currency: z.string(),
      orders: z.string(),
      counted: z.string(),
      difference: z.string().describe('counted - orders, exact.'),
    }),
  ),
  destinations: z.array(
    z.object({
      destination_id: z.string(),
      name: z.string(),
      type: z.string(),
      accepted: count,
      refused: count,
      waiting: count,
      not_sent: count,
    }),
  ),
  discrepancy,
  browser_alone: discrepancy.describe('Had the browser alone been believed.'),
  server_alone: discrepancy.describe('Had the server alone been believed.'),
  ids_alone: discrepancy.describe(
    'Had both been counted, and twins told by nothing but their event ids, as ad platforms do.',
  ),
})

export const reconciliationSchema = z
  .object({
    dataset_id: z.string(),
    orders_from: z.enum(['none', 'webhooks', 'polls', 'csv']),
    orders_send: z.enum(['ask', 'automatic']),
    zone: z.string(),
    books: z.array(
      z.object({
        origin: z.enum(['webhook', 'csv', 'poll']),
        orders: count,
        first: seconds,
        last: seconds,
      }),
    ),
    reports: z
      .object({
        ...{ received: count, counted: count, duplicate: count, dropped: count },
        rejected: count,
      })
      .describe('Reports of purchases received on these days, and what became of them.'),
    total: sums,
    days: z.array(sums.extend({ day: z.string(), from: seconds, to: seconds })),
  })
  .meta({ id: 'Reconciliation' })

export const dayRowsQuerySchema = z.strictObject({
  show: z
    .enum(['differences', 'all'])
    .default('differences')
    .describe('differences: only what does not fit; all: every order too.'),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(RECONCILE_ROWS_MAX).default(100),
})

export const dayRowsSchema = z
  .object({
    day: z.string(),
    of: count.describe('Rows there are.'),
    rows: z.array(
      z.object({
        kind: z.enum([
          ...['ok', 'missing', 'left_out', 'extra', 'elsewhere', 'differs', 'not_accepted'],
          ...['not_sold'],
        ] as const),
        reason: reason.nullable(),
        words: z.string().describe('The reason in plain words.'),
        detail: z.string().nullable(),
        order_id: z.string().nullable(),
        status: z.enum(['paid', 'pending', 'cancelled', 'test', 'renewal']).nullable(),
        at: seconds,
        ...{ amount: money, currency: z.string().nullable() },
        counted: z
          .object({
            seq: count,
            event_id: z.string().nullable(),
            browser: z.boolean(),
            server: z.boolean(),
            received_at: seconds,
            ...{ amount: money, currency: z.string().nullable() },
          })
          .nullable(),
        destinations: z.array(
          z.object({
            destination_id: z.string(),
            name: z.string(),
            state: z.enum(['accepted', 'refused', 'waiting', 'not_sent']),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'ReconciliationDay' })

export const sendRequestSchema = z
  .strictObject({
    ...daysQuerySchema.shape,
    dry_run: z.boolean().default(true).describe('Only say what would be sent.'),
    older: z
      .boolean()
      .default(false)
      .describe('Orders older than the dataset too: only where nothing else told of them.'),
  })
  .meta({ id: 'SendMissing' })

export const sentSchema = z
  .object({
    dry_run: z.boolean(),
    missing: count,
    sendable: count,
    unsent: counts.describe('Why others are not sent.'),
    sent: count,
    refused: counts.describe('Those that ingest did not take, by its reason.'),
    orders: z
      .array(
        z.object({
          order_id: z.string(),
          at: seconds,
          ...{ amount: money, currency: z.string().nullable() },
          unsent: z.enum(Object.keys(UNSENT_REASONS) as [keyof typeof UNSENT_REASONS]).nullable(),
        }),
      )
      .describe('The first 200.'),
  })
  .meta({ id: 'SentMissing' })

const column = (what: string) => z.string().max(200).optional().describe(`Column: ${what}`)

export const importQuerySchema = z.strictObject({
  dry_run: z.stringbool().default(false).describe('Read all of it and write nothing.'),
  order_id: column('the id of the order, as in custom_data.order_id.'),
  time: column('when it was paid or placed.'),
  value: column('its total.'),
  currency: column('its currency.'),
  status: column('whether it is paid.'),
  ...{ email: column('e-mail.'), phone: column('phone.'), first_name: column('first name.') },
  ...{ last_name: column('last name.'), city: column('city.'), state: column('state.') },
  ...{ zip: column('postcode.'), country: column('country.') },
  all_in: z.string().max(3).optional().describe('Currency of all, where no column says it.'),
  zone: z.string().max(60).optional().describe('Of times without one; else the dataset’s.'),
  prefix: z.string().max(50).optional().describe('Put in front of every order id.'),
  paid: z
    .string()
    .max(500)
    .optional()
    .describe('Words of the status column that mean sold, beside the usual ones; with commas.'),
})

const fault = z.object({ line: count, column: z.string(), reason: z.string() })

export const importReportSchema = z
  .object({
    at_ms: count,
    dry_run: z.boolean(),
    rows: count.describe('Rows that tell of an order.'),
    added: count,
    changed: count,
    same: count,
    further: count.describe('Further products of an order above.'),
    bad: count,
    head: z.array(z.string()).default([]).describe('The columns there are.'),
    columns: z.record(z.string(), z.string()).describe('What each column was taken for.'),
    as_last_time: z
      .array(z.string())
      .default([])
      .describe('Of these: those that only the last file tells of.'),
    faults: z.array(fault).describe('Bad rows, the first 10,000; all good ones were kept.'),
    stopped: fault.nullable().describe('Why it ended before the file did; line 1: the head.'),
    first_s: seconds.nullable(),
    last_s: seconds.nullable(),
  })
  .meta({ id: 'OrderImport' })

export const importsSchema = z
  .object({
    reading: z
      .object({
        columns: z.record(z.string(), z.string()),
        currency: z.string().optional(),
        zone: z.string().optional(),
        prefix: z.string().optional(),
        paid: z.array(z.string()).optional(),
      })
      .nullable()
      .describe('How the last file was read: it holds for the next, where nothing else is said.'),
    imports: z.array(importReportSchema),
  })
  .meta({ id: 'OrderImports' })
