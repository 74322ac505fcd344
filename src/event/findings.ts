/**
 * Every finding a leg can carry: what it means and what to do. The codes also name counters
 * (`finding:<code>`). One table: parse, hash and ingest emit these codes, the Events Manager and
 * the docs show the words. A finding never stops an event.
 */
import type { Finding } from './shape.ts'

export interface FindingEntry {
  readonly title: string
  readonly fix: string
}

export const FINDINGS = {
  // The event as it came, and what was repaired.
  unexpected_key: {
    title: 'A key that is not part of the contract was kept out',
    fix: 'Remove the key, or send it inside custom_data if it describes the action.',
  },
  moved_key: {
    title: 'A key stood in the wrong place and was moved',
    fix: 'Send it where the detail says; Meta refuses an event that has it elsewhere.',
  },
  invalid_parameter: {
    title: 'A value does not fit its key and was kept out',
    fix: 'Send what the detail asks for.',
  },
  converted_type: {
    title: 'A value came in another type and was converted',
    fix: 'Send the type that the detail names.',
  },
  event_time_repaired: {
    title: 'The event_time was not in whole unix seconds and was converted',
    fix: 'Send unix seconds as an integer, such as Math.floor(Date.now() / 1000).',
  },
  name_trimmed: {
    title: 'The event_name had spaces around it, which were removed',
    fix: 'Send the name exactly: names with and without spaces never meet.',
  },
  action_source_inferred: {
    title: 'The action_source was missing; the page address says website',
    fix: 'Send action_source with every event.',
  },
  invalid_url: {
    title: 'An address is no web address and was kept out',
    fix: 'Send the full address of the page, beginning with https://.',
  },
  url_too_long: {
    title: 'An address was too long and lost its query',
    fix: 'Send the address without large query parameters.',
  },
  too_many_keys: {
    title: 'custom_data has too many keys; the last ones were kept out',
    fix: 'Send only the properties you report on.',
  },
  too_deep: {
    title: 'A value is nested too deeply and was kept out',
    fix: 'Flatten the value.',
  },
  personal_data_removed: {
    title: 'Personal data stood where none belongs and was removed',
    fix: 'Keep e-mail addresses, phones and names out of addresses and custom_data; user_data hashes them.',
  },
  // Money.
  missing_value: {
    title: 'A Purchase without a value',
    fix: 'Send custom_data.value as a number in major units; Meta refuses a Purchase without it.',
  },
  missing_currency: {
    title: 'A Purchase without a currency',
    fix: 'Send custom_data.currency, such as EUR; Meta refuses a Purchase without it.',
  },
  invalid_value: {
    title: 'A value is no usable amount and was kept out',
    fix: 'Send a JSON number in major units, such as 30.5; no currency sign, no words.',
  },
  value_repaired: {
    title: 'A value was written with separators and was read as a decimal',
    fix: 'Send a JSON number, such as 1234.5.',
  },
  value_rounded: {
    title: 'A value has more digits than a JSON number can hold',
    fix: 'Round the amount to the digits of its currency before sending.',
  },
  negative_value: {
    title: 'A value is negative',
    fix: 'Send a refund as an event of its own; a negative Purchase lowers the sums.',
  },
  unknown_currency: {
    title: 'A currency is not in ISO 4217 and was kept out',
    fix: 'Send a three-letter code such as EUR, USD or GBP.',
  },
  // Who it was.
  not_enough_user_data: {
    title: 'The customer information is too broad to match anybody',
    fix: 'Add one of em, ph, external_id, fbp, fbc, or the IP address with the user agent.',
  },
  invalid_user_data: {
    title: 'A value of user_data cannot be used and was kept out',
    fix: 'Send text, or a list of texts.',
  },
  too_many_values: {
    title: 'A key holds too many values; the last ones were kept out',
    fix: 'Send the values of one person only.',
  },
  value_too_long: {
    title: 'A value of user_data is too long and was kept out',
    fix: 'Check that the right field is sent under this key.',
  },
  unsafe_integer: {
    title: 'An id came as a number too large for JSON and was kept out',
    fix: 'Send the id as text: beyond 9007199254740991 a JSON number loses digits.',
  },
  invalid_ip: {
    title: 'client_ip_address is no IP address and was kept out',
    fix: "Send the visitor's IPv4 or IPv6 address alone, not hashed.",
  },
  repaired_ip: {
    title: 'client_ip_address carried a port, brackets or a list, which were removed',
    fix: 'Send the address alone.',
  },
  invalid_fbc: {
    title: 'fbc is not a valid click id cookie and was kept out',
    fix: 'Send the _fbc cookie as it is: fb.1.<milliseconds>.<fbclid>.',
  },
  invalid_fbp: {
    title: 'fbp is not a valid browser id cookie and was kept out',
    fix: 'Send the _fbp cookie as it is: fb.1.<milliseconds>.<random>.',
  },
  fbc_expired: {
    title: 'The click in fbc is more than 90 days older than the event',
    fix: 'Keep _fbc no longer than 90 days and its time in milliseconds; never renew the time.',
  },
  invalid_lead_id: {
    title: 'lead_id is not the id of a lead and was kept out',
    fix: 'Send the 15 or 16 digits that Meta gave the lead, not hashed.',
  },
  placeholder_value: {
    title: 'A value is a placeholder, not a person',
    fix: 'Leave the key out when the value is unknown.',
  },
  empty_hash: {
    title: 'A hash is that of an empty text, of "null" or of "undefined"',
    fix: 'Hash only values that exist; leave the key out otherwise.',
  },
  md5_hash: {
    title: 'A value is hashed with MD5',
    fix: 'Hash with SHA-256, as Meta documents, or send the value in clear to be hashed here.',
  },
  normalises_to_nothing: {
    title: 'Nothing is left of a value once it is normalised',
    fix: 'Check that the right field is sent under this key.',
  },
  hashed_here: {
    title: 'Personal data came in clear and was hashed on arrival',
    fix: 'Nothing to do; hash before sending if clear data must not leave your systems.',
  },
  // App and messaging events.
  missing_app_data: {
    title: 'An app event without app_data',
    fix: 'Send app_data with extinfo, advertiser_tracking_enabled, application_tracking_enabled.',
  },
  invalid_extinfo: {
    title: 'app_data.extinfo lacks the OS version',
    fix: 'Send the 16 entries of extinfo with the OS version at position 4; Meta refuses others.',
  },
  missing_messaging_channel: {
    title: 'A business_messaging event without messaging_channel',
    fix: 'Send messaging_channel: whatsapp, messenger or instagram.',
  },
  messaging_event_name: {
    title: 'This event name cannot be used with business_messaging',
    fix: 'Use one of the names Meta takes there, such as LeadSubmitted or Purchase.',
  },
  messaging_missing_id: {
    title: 'A WhatsApp event without its account',
    fix: 'Send user_data.page_id or user_data.whatsapp_business_account_id.',
  },
  messaging_ctwa_clid: {
    title: 'A WhatsApp event without its click id',
    fix: 'Send user_data.ctwa_clid as the webhook of the conversation gave it.',
  },
  // Found by comparing with other legs, or with the request.
  value_mismatch: {
    title: 'Browser and server disagree about the value',
    fix: 'Compare what both sides count: tax, shipping, discounts. The server wins.',
  },
  currency_mismatch: {
    title: 'Browser and server disagree about the currency',
    fix: 'Report the currency of the order on both sides. The server wins.',
  },
  event_time_mismatch: {
    title: 'Browser and server disagree about the time by more than 30 minutes',
    fix: 'Send the time of the action, in unix seconds (UTC), on both sides.',
  },
  late_twin: {
    title: 'The second report came more than 30 minutes after the first',
    fix: 'Send server events at once; Meta learns less from late ones.',
  },
  possible_twin: {
    title: 'This looks like the same action as another event that shares no id',
    fix: 'Send one event_id from both sides, or set repair of the dataset to merge.',
  },
  order_id_differs: {
    title: 'One event id was used for two orders',
    fix: 'Make the event_id from the order, so that each order has its own.',
  },
  clock_skew_corrected: {
    title: "The visitor's clock was wrong; the event_time was corrected",
    fix: 'Nothing to do.',
  },
  not_a_browser: {
    title: 'A browser event did not come from a browser',
    fix: 'Send server events to the Conversions API endpoint instead.',
  },
  rule_failed: {
    title: 'A rule could not be used; the event went on without it',
    fix: 'Open the rule that the key names, save it again and try it.',
  },
  rule_not_applied: {
    title: 'A rule matched, but one of its actions could not be done',
    fix: 'The detail says what was missing; narrow the conditions of the rule, or complete it.',
  },
  consent_unreadable: {
    title: 'The consent that came with the event cannot be read; it counts as refused',
    fix: 'Send consent as documented: state, a TCF v2 string as tcf, a GPP string as gpp.',
  },
  bot: {
    title: 'The event comes from a crawler or an automated browser',
    fix: 'Nothing to do; set bots of the dataset to drop to leave such events out.',
  },
} as const satisfies Record<string, FindingEntry>

export type FindingCode = keyof typeof FINDINGS

/** A finding whose code is in the table: what parse, hash and ingest should make. */
export interface KnownFinding extends Finding {
  readonly code: FindingCode
}
