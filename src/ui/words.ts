/**
 * Every code that the page shows, in words a shop owner reads. An unknown code is shown as it is,
 * so that a newer server never makes an older page lie.
 */
import { PROBLEMS } from '../event/problems.ts'
import type { Channel, HashedKey, MatchedBy, Verdict } from '../event/shape.ts'

export const CHANNEL_WORDS: Record<Channel, string> = {
  browser: 'Browser',
  server: 'Server',
  other: 'Other',
}

export const VERDICT_WORDS: Record<Verdict, string> = {
  accepted: 'Counted',
  duplicate: 'Duplicate removed',
  dropped: 'Dropped',
  rejected: 'Rejected',
}

interface Words {
  readonly title: string
  readonly detail: string
}

export const MATCHED_BY_WORDS: Record<MatchedBy, Words> = {
  event_id: {
    title: 'Same event id',
    detail: 'Both copies carried the same event_id. This is the surest match.',
  },
  order_id: {
    title: 'Same order number',
    detail: 'The ids differed or were missing, but both name the same order_id.',
  },
  fallback_external_id: {
    title: 'Same customer id',
    detail: 'One copy had no event id; both carry the same external_id.',
  },
  fallback_fbp: {
    title: 'Same browser cookie',
    detail: 'One copy had no event id; both carry the same browser cookie (fbp).',
  },
  repaired: {
    title: 'Repaired',
    detail: 'No shared id, but the same person did the same thing within minutes.',
  },
}

/** Why something was received and yet not counted, when it was not refused for its contents. */
const DROPPED_WORDS: Record<string, Words> = {
  bot: {
    title: 'A robot, not a visitor',
    detail: 'The browser named itself as a known crawler or a headless browser.',
  },
  gpc: {
    title: 'Visitor asks for privacy',
    detail: 'The browser sends Global Privacy Control and this dataset does not count such visits.',
  },
  not_consented: {
    title: 'No consent',
    detail: 'The visitor had refused consent when this happened.',
  },
  consent_unknown: {
    title: 'Nothing said of consent',
    detail: 'The event came without consent, and this dataset counts none of those.',
  },
  sandbox: {
    title: 'Only a test',
    detail:
      'Its test code begins with SANDBOX-, or this dataset keeps all tests in a sandbox: not ' +
      'counted, not sent.',
  },
  domain_not_allowed: {
    title: 'Site not allowed',
    detail: 'The page is not on the list of allowed domains. Settings has the list.',
  },
}

export function reasonWords(code: string | undefined): Words {
  if (!code) return { title: 'No reason given', detail: '' }
  if (code.startsWith('rule:')) {
    const title = `Left out by the rule ${code.slice('rule:'.length)}`
    return { title, detail: 'One of the rules of this dataset drops such events.' }
  }
  const dropped = DROPPED_WORDS[code]
  if (dropped) return dropped
  const problem = (PROBLEMS as Record<string, (typeof PROBLEMS)[keyof typeof PROBLEMS]>)[code]
  if (!problem) return { title: readable(code), detail: '' }
  return { title: REJECTED_TITLES[code] ?? problem.title, detail: problem.userMessage }
}

/** Shorter than the titles that the wire answers with, and one for each code. */
const REJECTED_TITLES: Record<string, string> = {
  not_an_object: 'Not an event',
  missing_event_name: 'No event name',
  missing_event_time: 'No event time',
  missing_action_source: 'No action source',
  invalid_action_source: 'Unknown action source',
  missing_user_data: 'No customer information',
  invalid_parameter: 'A parameter has the wrong type',
  unexpected_key: 'Unknown parameter',
  event_too_large: 'Event too large',
  event_too_old: 'Happened too long ago',
  event_in_future: 'Time lies in the future',
  missing_value: 'Purchase without a value',
  missing_currency: 'Purchase without a currency',
  not_hashed: 'Personal data not hashed',
  not_enough_user_data: 'Too little customer information',
  batch_refused: 'Refused with its batch',
}

const HASHED_KEY_WORDS: Record<HashedKey, string> = {
  em: 'E-mail',
  ph: 'Phone',
  fn: 'First name',
  ln: 'Last name',
  ge: 'Gender',
  db: 'Date of birth',
  ct: 'City',
  st: 'State',
  zp: 'Postal code',
  country: 'Country',
  external_id: 'Customer id',
  f5first: 'First name, first 5 letters',
  f5last: 'Last name, first 5 letters',
  fi: 'First initial',
  dobd: 'Day of birth',
  dobm: 'Month of birth',
  doby: 'Year of birth',
  app_user_id: 'App user id',
}

const CLEAR_KEY_WORDS: Record<string, string> = {
  client_ip_address: 'IP address',
  client_user_agent: 'Browser (user agent)',
  fbc: 'Ad click (fbc)',
  fbp: 'Browser cookie (fbp)',
  subscription_id: 'Subscription',
  lead_id: 'Lead',
}

/** "E-mail (hashed)", "Ad click (fbc)": what was known about the person, never the value. */
export function matchKeyWords(key: string): string {
  const hashed = HASHED_KEY_WORDS[key as HashedKey]
  return hashed ? `${hashed} (hashed)` : (CLEAR_KEY_WORDS[key] ?? readable(key))
}

/** `missing_event_id` as "Missing event id". */
export function readable(code: string): string {
  const spaced = code.replaceAll('_', ' ').trim()
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}
