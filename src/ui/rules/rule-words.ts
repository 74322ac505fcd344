/**
 * The words of the rule builder: what marketers call the fields, operators and actions, beside the
 * names that stand in the rule. What is not listed is shown by its own name.
 */
import { matchKeyWords, readable } from '../words.ts'
import { familyOf } from './vocabulary.ts'

export interface FieldWords {
  readonly group: string
  readonly label: string
}

const EVENT = 'The event'
const MONEY = 'What was bought'
const PAGE = 'The page'
const SOURCE = 'Where it came from'
const PERSON = 'The person'
const OTHER = 'More'

const FIELDS: Readonly<Record<string, FieldWords>> = {
  event_name: { group: EVENT, label: 'Event name' },
  event_id: { group: EVENT, label: 'Event id' },
  event_time: { group: EVENT, label: 'Time it happened (Unix seconds)' },
  action_source: { group: EVENT, label: 'Kind of place' },
  'custom_data.value': { group: MONEY, label: 'Value' },
  'custom_data.currency': { group: MONEY, label: 'Currency' },
  'custom_data.order_id': { group: MONEY, label: 'Order number' },
  'custom_data.content_ids': { group: MONEY, label: 'Product ids' },
  'custom_data.content_name': { group: MONEY, label: 'Product name' },
  'custom_data.content_category': { group: MONEY, label: 'Product category' },
  'custom_data.num_items': { group: MONEY, label: 'Number of items' },
  'custom_data.net_revenue': { group: MONEY, label: 'Net revenue' },
  'custom_data.predicted_ltv': { group: MONEY, label: 'Predicted lifetime value' },
  'custom_data.': { group: MONEY, label: 'Another property …' },
  event_source_url: { group: PAGE, label: 'Whole address' },
  'event_source_url.host': { group: PAGE, label: 'Site (host)' },
  'event_source_url.path': { group: PAGE, label: 'Path' },
  'event_source_url.query': { group: PAGE, label: 'All query parameters' },
  'event_source_url.query.': { group: PAGE, label: 'A query parameter …' },
  referrer_url: { group: PAGE, label: 'Page before: whole address' },
  'referrer_url.host': { group: PAGE, label: 'Page before: site (host)' },
  'referrer_url.path': { group: PAGE, label: 'Page before: path' },
  'referrer_url.query': { group: PAGE, label: 'Page before: all query parameters' },
  'referrer_url.query.': { group: PAGE, label: 'Page before: a query parameter …' },
  channel: { group: SOURCE, label: 'Browser or server' },
  via: { group: SOURCE, label: 'Came by' },
  partner_agent: { group: SOURCE, label: 'Sent by (integration)' },
  test_event_code: { group: SOURCE, label: 'Test code' },
  finding: { group: SOURCE, label: 'What was noted on arrival' },
  'browser.language': { group: SOURCE, label: 'Language of the browser' },
  'browser.mode': { group: SOURCE, label: 'Pixel mode' },
  'browser.method': { group: SOURCE, label: 'How the pixel reported' },
  'browser.in_iframe': { group: SOURCE, label: 'Page stood in a frame' },
  country: { group: PERSON, label: 'Country' },
  'user_data.': { group: PERSON, label: 'Match key is known …' },
  'consent.state': { group: PERSON, label: 'Consent' },
  'consent.signal': { group: PERSON, label: 'Consent came from' },
  opt_out: { group: PERSON, label: 'Opted out of ads' },
  data_processing_options: { group: PERSON, label: 'Limited data use' },
  customer_segmentation: { group: PERSON, label: 'New or existing customer' },
  messaging_channel: { group: PERSON, label: 'Messaging channel' },
}

/** In the order in which the form shows them. */
export const FIELD_GROUPS = [EVENT, MONEY, PAGE, SOURCE, PERSON, OTHER] as const

/** Fields that the list offers beside those of the vocabulary: the usual properties. */
export const USUAL_FIELDS: readonly string[] = Object.keys(FIELDS).filter(
  (field) => field.startsWith('custom_data.') && field !== 'custom_data.',
)

export const fieldWords = (field: string): FieldWords =>
  FIELDS[field] ?? { group: OTHER, label: field }

const OPERATORS: Readonly<Record<string, string>> = {
  exists: 'is there',
  missing: 'is missing',
  equals: 'is',
  not_equals: 'is not',
  in: 'is one of',
  not_in: 'is none of',
  contains: 'contains',
  not_contains: 'does not contain',
  starts_with: 'starts with',
  ends_with: 'ends with',
  glob: 'looks like (with *)',
  above: 'is above',
  at_least: 'is at least',
  below: 'is below',
  at_most: 'is at most',
}

export const operatorWords = (op: string): string => OPERATORS[op] ?? readable(op)

const ACTIONS: Readonly<Record<string, string>> = {
  drop: 'Leave it out',
  keep: 'Keep it, whatever later rules say',
  stop: 'Skip all later rules',
  rename: 'Rename the event',
  set: 'Set a field',
  default: 'Fill in a missing field',
  copy: 'Copy a field',
  remove: 'Remove a field',
  multiply: 'Multiply an amount',
  margin: 'Work out what the sale earns',
  strip_query: 'Take parameters out of addresses',
  scrub: 'Hide personal data',
  route: 'Choose its destinations',
}

export const actionWords = (name: string): string => ACTIONS[name] ?? readable(name)

const INPUTS: Readonly<Record<string, string>> = {
  'rename.to': 'New name',
  'set.field': 'Field',
  'set.value': 'To',
  'default.field': 'Field',
  'default.value': 'To',
  'copy.from': 'From',
  'copy.to': 'To',
  'copy.prefix': 'Text in front',
  'copy.suffix': 'Text behind',
  'copy.if_missing': 'Only where nothing is there',
  'multiply.field': 'Amount',
  'multiply.by': 'By',
  'margin.to': 'Write it to',
  'margin.margin': 'Margin',
  'margin.by_content_id': 'Margins of single products',
  'margin.currency': 'Currency of amounts',
  'strip_query.keep': 'Keep only',
  'strip_query.remove': 'Remove',
  'strip_query.fragment': 'Also what follows a #',
  'strip_query.in': 'In',
  'scrub.names': 'Names',
  'scrub.digits': 'Digits in a row',
  'scrub.in': 'In',
}

export const inputWords = (action: string, input: string): string =>
  INPUTS[`${action}.${input}`] ?? readable(input)

const HELP: Readonly<Record<string, string>> = {
  'margin.to': 'Where the result goes.',
  'margin.margin': 'A share such as 30%, or an amount per piece such as 12.50; for all products.',
  'margin.by_content_id': 'One a line; paste two columns of a spreadsheet.',
  'margin.currency': 'Needed with amounts, such as EUR. Sales in another one are left alone.',
  'multiply.by': '0.01 makes euros of cents.',
  'strip_query.keep': 'Names of parameters; * stands for any text.',
  'strip_query.remove': 'Names of parameters; * stands for any text.',
}

/** Where the server's help speaks of names that the form does not show. */
export const helpWords = (
  action: string,
  { name, help }: { readonly name: string; readonly help: string | undefined },
): string | undefined => HELP[`${action}.${name}`] ?? help

const CHOICES: Readonly<Record<string, string>> = {
  event_source_url: 'Page',
  referrer_url: 'Page before',
  custom_data: 'Properties',
}

/** A value that a form lets choose: a field by its words, a code as it is. */
export const choiceWords = (choice: string): string =>
  CHOICES[choice] ?? FIELDS[choice]?.label ?? readable(choice)

/** "Value", "Coupon", "E-mail (hashed)": a field in a report of a trial. */
export function shortField(field: string): string {
  const known = FIELDS[field]
  if (known) return known.label
  const family = familyOf(field)
  if (!family) return readable(field)
  const name = field.slice(family.length)
  return family === 'user_data.' ? matchKeyWords(name) : name
}
