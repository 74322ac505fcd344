/** Reasons and kinds of reconciliation in plain words, with what to do. Pure. */
import type { DayRowsAnswer, ReconciliationSums } from '../../api/types.ts'

type Row = DayRowsAnswer['rows'][number]

export const KIND_WORDS: Record<Row['kind'], string> = {
  ok: 'Fits',
  missing: 'Missing',
  left_out: 'Left out',
  extra: 'Extra',
  elsewhere: 'Store or phone',
  differs: 'Other money',
  not_accepted: 'Refused',
  not_sold: 'No sale',
}

export const KIND_COLORS: Record<Row['kind'], string> = {
  ok: 'teal',
  missing: 'red',
  left_out: 'gray',
  extra: 'orange',
  elsewhere: 'blue',
  differs: 'yellow',
  not_accepted: 'red',
  not_sold: 'gray',
}

interface ReasonWords {
  readonly title: string
  readonly fix: string
}

const WORDS: Record<string, ReasonWords> = {
  'missing:never_reported': {
    title: 'Nobody reported it',
    fix: 'Send it from here, and report purchases from your server too.',
  },
  'missing:refused': {
    title: 'Reported, and refused for what was wrong with it',
    fix: 'See the events that were rejected in the event log, and mend the report.',
  },
  'left_out:not_consented': {
    title: 'The visitor did not allow it',
    fix: 'Nothing: your consent settings say so.',
  },
  'left_out:before_start': {
    title: 'Older than this dataset',
    fix: 'Choose days since it was made: what counted before may have told of it.',
  },
  'left_out:rule': { title: 'A rule of yours drops it', fix: 'See Rules if that is not meant.' },
  'left_out:sandbox': { title: 'A test event', fix: 'Nothing: test events are not counted.' },
  'extra:order_pending': {
    title: 'The order is not paid',
    fix: 'Report the purchase when it is paid, not on the thank-you page.',
  },
  'extra:order_cancelled': {
    title: 'The order was cancelled before it was paid',
    fix: 'Report the purchase when it is paid, not on the thank-you page.',
  },
  'extra:order_test': { title: 'A test order', fix: 'Set a test event code where you test.' },
  'extra:order_renewal': {
    title: 'A renewal, which has an event of its own',
    fix: 'See renewals in the settings of the source.',
  },
  'extra:order_unknown': {
    title: 'The shop has no order of this id',
    fix: 'Make page and shop name orders alike: see the order prefix of the source.',
  },
  'extra:outside_book': {
    title: 'There are no orders of that time to compare with',
    fix: 'Import the orders of these days, or connect the shop.',
  },
  'extra:two_ids': {
    title: 'One sale under two ids, from browser and server',
    fix: 'Give both the same event_id, or the order id; see Deduplication.',
  },
  'extra:revisited': {
    title: 'The thank-you page was seen again',
    fix: 'Put the order id into event_id and order_id on that page.',
  },
  'extra:duplicated_tag': {
    title: 'The page reports it twice at once',
    fix: 'Find the second tag: a theme, an app, a tag manager.',
  },
  'extra:bot': { title: 'A robot', fix: 'Set robots to drop in the settings.' },
  'extra:test_event': {
    title: 'A test event',
    fix: 'Set test events to sandbox in the settings.',
  },
  'elsewhere:sold_elsewhere': {
    title: 'Store and phone sales, not in this shop’s orders',
    fix: 'Nothing: they are counted, and compared with no order.',
  },
  'extra:no_order': {
    title: 'It names no order, and none fits it',
    fix: 'Send order_id with every purchase.',
  },
  'differs:value': {
    title: 'Counted with another value',
    fix: 'See whether shipping, tax or a discount is left out on one side.',
  },
  'differs:currency': {
    title: 'Counted in another currency',
    fix: 'Report the currency the shopper paid in.',
  },
  'differs:no_value': { title: 'Counted without a value', fix: 'Send value and currency.' },
  'ok:unnamed': {
    title: 'Counted without its order id',
    fix: 'Send order_id: only value and time tell which order it is.',
  },
  'not_accepted:destination': {
    title: 'Counted, and refused by a destination',
    fix: 'See Dead letters.',
  },
}

export const reasonWords = (name: string): ReasonWords => WORDS[name] ?? { title: name, fix: '' }

/** The most frequent first. */
export function reasonsOf({ reasons }: ReconciliationSums): readonly {
  readonly name: string
  readonly kind: Row['kind']
  readonly n: number
}[] {
  return Object.entries(reasons)
    .map(([name, n]) => ({ name, kind: name.split(':')[0] as Row['kind'], n }))
    .sort((a, b) => b.n - a.n)
}

export const UNSENT_WORDS: Record<string, string> = {
  too_old: 'older than destinations take a sale',
  too_new: 'under an hour old: the report may still come',
  no_money: 'without a known value and currency',
  no_person: 'of nobody known, so nobody could match it',
  refused: 'reported and refused: mend that first',
  before_start: 'older than this dataset: what counted before may have told of them',
  unsure: 'older, and maybe counted under another id',
}
