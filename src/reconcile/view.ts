/**
 * What people see of orders and of their reconciliation: types and the words of every reason. No
 * behaviour: fold.ts and reconciler.ts make these, the API hands them on.
 */
import type { Interval } from '../quality/wilson.ts'
import type { OrderSpan, OrderStatus } from '../store/orders.ts'

/**
 * ok: counted once. missing: sold, not counted. left_out: not counted on purpose. extra: counted,
 * not sold. elsewhere: counted, sold where these orders do not look. differs: counted with other
 * money. not_accepted: counted, and a destination refused it. not_sold: in the book, no sale, not
 * counted.
 */
export type RowKind =
  | 'ok'
  | 'missing'
  | 'left_out'
  | 'extra'
  | 'elsewhere'
  | 'differs'
  | 'not_accepted'
  | 'not_sold'

/** Reason -> words for pages. */
export const REASONS = {
  never_reported: 'Nobody reported it: neither the browser nor a server.',
  refused: 'It was reported, and refused for what was wrong with it.',
  before_start: 'It is older than the dataset: whatever counted before may have told of it.',
  not_consented: 'The visitor did not allow it.',
  rule: 'A rule of yours drops it.',
  sandbox: 'It was a test event, and test events are not counted.',
  order_pending: 'The order is not paid.',
  order_cancelled: 'The order was cancelled before it was paid.',
  order_test: 'A test order.',
  order_renewal: 'A renewal, which has an event of its own.',
  order_unknown: 'The book has no order of this id.',
  outside_book: 'The book has no orders of that time: import them, or connect the shop.',
  two_ids: 'Browser and server reported one sale under two ids, so it counted twice.',
  revisited: 'The same shopper saw the thank-you page again, and it reported the sale anew.',
  duplicated_tag: 'The page reported it twice within seconds: the tag is there twice.',
  bot: 'A robot or a headless browser, not a shopper.',
  test_event: 'A test event, counted like all others (setting: test events).',
  sold_elsewhere: 'Sold in a store, by phone or by people: not in the orders of this shop.',
  no_order: 'It names no order, and no order fits it.',
  value: 'It was counted with another value.',
  currency: 'It was counted in another currency.',
  no_value: 'It was counted without a value.',
  unnamed: 'It was counted without its order id; value and time tell which order it is.',
  destination: 'A destination refused it.',
} as const satisfies Record<string, string>

export type Reason = keyof typeof REASONS

export interface RowDestination {
  readonly destination_id: string
  readonly state: 'accepted' | 'refused' | 'waiting' | 'not_sent'
}

/** One order, or one purchase that is no order. */
export interface Row {
  readonly kind: RowKind
  readonly reason: Reason | null
  /** The particulars: a code of ingest, the id of the order it repeats. */
  readonly detail: string | null
  readonly order_id: string | null
  readonly status: OrderStatus | null
  readonly at_s: number
  /** Of the order, exact. */
  readonly amount: string | null
  readonly currency: string | null
  readonly counted: RowCounted | null
  readonly destinations: readonly RowDestination[]
}

export interface RowCounted {
  readonly seq: number
  readonly event_id: string | null
  readonly browser: boolean
  readonly server: boolean
  readonly received_s: number
  readonly amount: string | null
  readonly currency: string | null
}

/** How far a count is from the orders: missing + extra, of all sales that either side knows. */
export interface Discrepancy {
  readonly missing: number
  readonly extra: number
  readonly of: number
  /** Null where there is nothing to compare. */
  readonly share: number | null
  readonly interval: Interval
}

export interface MoneySum {
  readonly currency: string
  readonly orders: string
  readonly counted: string
  readonly difference: string
}

export interface DestinationSum {
  readonly destination_id: string
  readonly accepted: number
  readonly refused: number
  readonly waiting: number
  readonly not_sent: number
}

/** Of a day, or of all days together. */
export interface Sums {
  /** Sold: paid orders. */
  readonly orders: number
  readonly not_sold: { readonly [status: string]: number }
  readonly counted: number
  /** Orders that the browser, a server, both reported. */
  readonly browser: number
  readonly server: number
  readonly both: number
  readonly missing: number
  readonly left_out: number
  readonly extra: number
  /** Counted, and sold in stores, by phone or by people: neither in `counted` nor in `extra`. */
  readonly elsewhere: number
  readonly differs: number
  readonly unnamed: number
  /** Counted on another day than the order's. */
  readonly other_day: number
  /** Further reports by browsers of orders that were counted once all the same. */
  readonly repeats: number
  readonly reasons: { readonly [kindAndReason: string]: number }
  readonly money: readonly MoneySum[]
  readonly destinations: readonly DestinationSum[]
  readonly discrepancy: Discrepancy
  /** Had the browser alone, or the server alone, been believed. */
  readonly browser_alone: Discrepancy
  readonly server_alone: Discrepancy
  /** Had both been counted, and twins told by nothing but their event ids. */
  readonly ids_alone: Discrepancy
}

export interface DaySums extends Sums {
  readonly day: string
  readonly from_s: number
  readonly to_s: number
}

/** Reports of purchases that arrived, and what became of them. */
export interface Reports {
  readonly received: number
  readonly counted: number
  readonly duplicate: number
  readonly dropped: number
  readonly rejected: number
}

export type OrdersFrom = 'none' | 'webhooks' | 'polls' | 'csv'

export interface Reconciliation {
  readonly orders_from: OrdersFrom
  readonly zone: string
  readonly books: readonly OrderSpan[]
  readonly total: Sums
  readonly reports: Reports
  readonly days: readonly DaySums[]
}

export interface DayRows {
  readonly day: string
  readonly rows: readonly Row[]
  readonly of: number
}

/** Why an order that is missing is not sent. */
export const UNSENT_REASONS = {
  too_old: 'Older than destinations take a sale.',
  too_new: 'Under an hour old: its report may still be on its way.',
  no_money: 'The book does not know its value and currency.',
  no_person: 'The book knows nothing of who bought, so nobody could match it.',
  refused: 'It was reported and refused: mend what is wrong there.',
  before_start: 'Older than the dataset: whatever counted before may have told of it.',
  unsure: 'An older sale that may be counted under another id: only what is surely absent is sent.',
} as const satisfies Record<string, string>

export type UnsentReason = keyof typeof UNSENT_REASONS

export interface Missing {
  readonly order_id: string
  readonly at_s: number
  readonly amount: string | null
  readonly currency: string | null
  /** Null: it can be sent. */
  readonly unsent: UnsentReason | null
}

/** What sending would do, or did. */
export interface SendReport {
  readonly missing: number
  readonly sendable: number
  readonly unsent: { readonly [reason: string]: number }
  readonly sent: number
  /** Ingest did not take them: reason -> how many. */
  readonly refused: { readonly [reason: string]: number }
  /** The first of them. */
  readonly orders: readonly Missing[]
}

export interface ImportFault {
  readonly line: number
  readonly column: string
  readonly reason: string
}

export interface ImportReport {
  readonly at_ms: number
  readonly dry_run: boolean
  /** Rows that tell of an order. */
  readonly rows: number
  readonly added: number
  readonly changed: number
  readonly same: number
  /** Further products of an order above. */
  readonly further: number
  readonly bad: number
  /** The columns there are. */
  readonly head: readonly string[]
  /** What each column was taken for. */
  readonly columns: { readonly [column: string]: string }
  /** Of these: those that only the last file tells of. */
  readonly as_last_time: readonly string[]
  /** Bad rows, the first of them. */
  readonly faults: readonly ImportFault[]
  /** Why and where it ended before the file did; line 1: the head. */
  readonly stopped: ImportFault | null
  readonly first_s: number | null
  readonly last_s: number | null
}

/** How a file is read; what is left out is as in the last import of the dataset, else usual. */
export interface ImportReading {
  readonly columns: { readonly [column: string]: string | undefined }
  readonly currency?: string | undefined
  readonly zone?: string | undefined
  readonly prefix?: string | undefined
  readonly paid?: readonly string[] | undefined
}

export interface ImportAsked extends ImportReading {
  readonly dryRun: boolean
}

export interface Imports {
  /** How the last file was read. */
  readonly reading: ImportReading | null
  /** The newest first; without their bad rows beyond a few. */
  readonly imports: readonly ImportReport[]
}

export interface DaysAsked {
  readonly datasetId: string
  /** Local days, both inclusive. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export interface SendAsked extends DaysAsked {
  readonly dryRun: boolean
  /** Orders older than the dataset too: only where nothing else told of them. */
  readonly older: boolean
}

/** Of one dataset one comparison at a time; throws `busy` where too many wait. */
export interface Reconciler {
  /** Throws `invalid_request`. */
  reconcile(asked: DaysAsked): Promise<Reconciliation>
  rows(asked: {
    readonly datasetId: string
    readonly day: string
    readonly all: boolean
    readonly offset: number
    readonly limit: number
  }): Promise<DayRows>
  /** Says what would be sent; `send` does it. */
  send(asked: SendAsked): Promise<SendReport>
  importOrders(
    datasetId: string,
    text: AsyncIterable<string>,
    asked: ImportAsked,
  ): Promise<ImportReport>
  imports(datasetId: string): Promise<Imports>
  /** Lets go of what was kept for the next look. */
  tidyUp(): void
}
