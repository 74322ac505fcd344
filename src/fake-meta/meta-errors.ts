/**
 * Meta's errors by name: what the stand-in answers when a request is wrong, and what it can be told
 * to answer when it is not. Written from Meta's documentation and from public reports of its
 * answers, not from our own endpoint's table, so that a mistake there is found here.
 */
import { hash } from 'node:crypto'

export interface MetaError {
  readonly status: number
  readonly code: number
  readonly subcode?: number
  readonly message: string
  readonly type?: 'OAuthException' | 'GraphMethodException'
  readonly transient?: true
  readonly title?: string
  readonly userMessage?: string
}

/** A fault of one event: status 400, code 100, "Invalid parameter". */
const event = (subcode: number, title: string, userMessage: string): MetaError => ({
  status: 400,
  code: 100,
  subcode,
  message: 'Invalid parameter',
  title,
  userMessage,
})

const ofRequest = (message: string): MetaError => ({
  status: 400,
  code: 100,
  message: `(#100) ${message}`,
})

const tooMany = (code: number, message: string, subcode?: number): MetaError => ({
  status: 400,
  code,
  ...(subcode === undefined ? {} : { subcode }),
  message: `(#${code}) ${message}`,
})

const badToken = (subcode: number, why: string): MetaError => ({
  status: 400,
  code: 190,
  subcode,
  message: `Error validating access token: ${why}`,
})

/** Known to be refused for good by clients that list them; what they say is not known. */
const unexplained = (subcode: number): MetaError =>
  event(subcode, 'Invalid Event', 'The event is not valid.')

export const META_ERRORS = {
  no_token: {
    status: 400,
    code: 104,
    message: 'An access token is required to request this resource.',
  },
  token_unparsable: {
    status: 401,
    code: 190,
    message: 'Invalid OAuth access token - Cannot parse access token',
  },
  token_expired: badToken(463, 'Session has expired.'),
  token_password_changed: badToken(460, 'The session was ended because of a changed password.'),
  token_app_removed: badToken(458, 'The user has not authorized application.'),
  token_checkpoint: badToken(459, 'The user is enrolled in a blocking checkpoint.'),
  token_unconfirmed: badToken(464, 'Sessions are not allowed: the user is not confirmed.'),
  token_invalid: badToken(467, 'The session is invalid.'),
  session_ended: { status: 400, code: 102, message: 'Session key invalid or no longer valid' },
  bad_proof: {
    status: 400,
    code: 100,
    type: 'GraphMethodException',
    message: 'Invalid appsecret_proof provided in the API argument',
  },
  unknown_dataset: {
    status: 400,
    code: 100,
    subcode: 33,
    type: 'GraphMethodException',
    message:
      "Unsupported {method} request. Object with ID '{id}' does not exist, cannot be loaded due " +
      'to missing permissions, or does not support this operation.',
  },
  unknown_alias: {
    status: 404,
    code: 803,
    message: '(#803) Some of the aliases you requested do not exist: {id}',
  },
  unknown_path: { status: 400, code: 2500, message: 'Unknown path components: {id}' },
  permission_denied: { status: 403, code: 200, message: '(#200) Permissions error' },
  permission_missing: {
    status: 403,
    code: 10,
    message: '(#10) Application does not have permission for this action',
  },
  capability_missing: {
    status: 400,
    code: 3,
    message: '(#3) Application does not have the capability to make this API call.',
  },
  ads_permission_missing: {
    status: 403,
    code: 294,
    message: '(#294) Managing advertisements requires an extended permission',
  },

  data_required: ofRequest('The parameter data is required'),
  data_not_array: ofRequest('param data must be an array.'),
  data_empty: ofRequest('param data must be non-empty.'),
  too_many_events: ofRequest('param data must hold at most 1000 events.'),
  body_unreadable: ofRequest('The request cannot be read: {id}'),
  body_too_large: { ...ofRequest('The request is too large.'), status: 413 },

  app_rate: {
    ...tooMany(4, 'Application request limit reached', 1504022),
    transient: true,
  },
  app_rate_hourly: {
    ...tooMany(4, 'Application request limit reached', 1504039),
    transient: true,
  },
  user_rate: tooMany(17, 'User request limit reached', 2446079),
  page_rate: tooMany(32, 'Page request limit reached'),
  custom_rate: tooMany(613, 'Calls to this api have exceeded the rate limit.'),
  account_rate: tooMany(613, 'There have been too many calls from this ad-account.', 1487742),
  account_rate_burst: tooMany(613, 'There have been too many calls in a row.', 5044001),
  insights_rate: tooMany(80000, 'There have been too many calls from this ad-account.', 2446079),
  audience_rate: tooMany(80003, 'There have been too many calls from this ad-account.', 2446079),
  management_rate: tooMany(80004, 'There have been too many calls to this ad-account.', 2446079),
  batch_rate: tooMany(80014, 'There have been too many calls for the batch uploads.', 2446079),
  app_limit: tooMany(341, 'Application limit reached'),
  policy_block: tooMany(368, 'The action attempted has been deemed abusive or is disallowed'),
  dataset_not_ready: tooMany(21009, 'The data set upload is temporarily not ready.'),
  duplicate_post: tooMany(506, 'Duplicate status message'),
  unknown_error: {
    status: 500,
    code: 1,
    subcode: 99,
    message: 'An unknown error occurred',
    transient: true,
  },
  service_unavailable: {
    status: 500,
    code: 2,
    message: 'Service temporarily unavailable',
    transient: true,
  },
  service_failed: { status: 500, code: 5000, message: 'Unknown error', transient: true },

  event_too_old: event(
    2804003,
    'Event Timestamp Too Old',
    'The event happened too long ago: 7 days at most, 62 for physical_store.',
  ),
  event_in_future: event(
    2804004,
    'Event Timestamp In The Future',
    'The event_time lies in the future.',
  ),
  missing_value: event(2804009, 'Missing Value for Purchase Event', 'A Purchase needs a value.'),
  missing_currency: event(
    2804010,
    'Missing Currency for Purchase Event',
    'A Purchase needs a currency.',
  ),
  not_hashed: event(
    2804016,
    'User Parameter Not Hashed',
    'A customer parameter must be sent as SHA-256.',
  ),
  /** A key that is missing, unexpected or of the wrong type. */
  parameter_error: event(
    2804019,
    'Server Side Api Parameter Error',
    'A parameter does not match the contract.',
  ),
  limited_data_use: event(
    2804030,
    'Limited Data Use Selection Required',
    'The event must say whether data use is limited.',
  ),
  invalid_lead_id: event(2804036, 'Invalid Lead Id', 'A lead_id is 15 or 16 digits.'),
  invalid_extinfo: event(2804043, 'Invalid Extinfo', 'extinfo needs the OS version.'),
  not_enough_user_data: event(
    2804050,
    'Not Enough Customer Information',
    'The customer information is too broad to match anybody.',
  ),
  messaging_event_name: event(
    2804066,
    'Messaging Event Invalid Event Type',
    'This event_name cannot be used with business_messaging.',
  ),
  messaging_page_mismatch: event(
    2804072,
    'Messaging Event Page Mismatch',
    'The page_id does not belong to the ctwa_clid.',
  ),
  messaging_currency: event(
    2804081,
    'Messaging Event Missing Currency',
    'An order event needs a currency.',
  ),
  messaging_ctwa_clid: event(
    2804087,
    'Messaging Event Invalid Ctwa Clid',
    'A WhatsApp event needs a valid ctwa_clid.',
  ),
  messaging_missing_id: event(
    2804116,
    'Messaging Event Missing Account',
    'A WhatsApp event needs page_id or whatsapp_business_account_id.',
  ),
  messaging_ctwa_mismatch: event(
    2804117,
    'Messaging Event Ctwa Clid Mismatch',
    'The ctwa_clid does not belong to this dataset.',
  ),
  messaging_no_page: event(
    2804131,
    'Messaging Event Without Page',
    'No Page is associated with this dataset.',
  ),
  messaging_no_account: event(
    2804132,
    'Messaging Event Without Account',
    'No WhatsApp Business Account is linked to this dataset.',
  ),
  refused_2804001: unexplained(2804001),
  refused_2804007: unexplained(2804007),
  refused_2804014: unexplained(2804014),
  refused_2804017: unexplained(2804017),
  refused_2804048: unexplained(2804048),
} as const satisfies Record<string, MetaError>

export type MetaErrorName = keyof typeof META_ERRORS

export const META_ERROR_NAMES = Object.keys(META_ERRORS) as readonly MetaErrorName[]

export function metaErrorOf(name: MetaErrorName): MetaError {
  return META_ERRORS[name]
}

export interface Particulars {
  /** For `{id}` and `{method}` in the message. */
  readonly id?: string | undefined
  readonly method?: string | undefined
  /** What exactly is wrong with which event; goes behind the user's text. */
  readonly detail?: string | undefined
}

export interface ErrorBody {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly code: number
    readonly error_subcode?: number
    readonly is_transient: boolean
    readonly error_user_title?: string
    readonly error_user_msg?: string
    readonly fbtrace_id: string
  }
}

export function errorBody(name: MetaErrorName, traceId: string, about: Particulars): ErrorBody {
  const { code, subcode, message, type, transient, title, userMessage } = metaErrorOf(name)
  const { id = '', method = 'post', detail } = about
  const userMsg = [userMessage, detail].filter((text) => text !== undefined).join(' ')
  return {
    error: {
      message: message.replace('{id}', () => id).replace('{method}', method),
      type: type ?? 'OAuthException',
      code,
      ...(subcode === undefined ? {} : { error_subcode: subcode }),
      is_transient: transient ?? false,
      ...(title === undefined ? {} : { error_user_title: title }),
      ...(userMsg === '' ? {} : { error_user_msg: userMsg }),
      fbtrace_id: traceId,
    },
  }
}

/** As opaque and as long as Meta's; the same for the same request, so that a run repeats. */
export function traceIdOf(request: number): string {
  return `A${hash('sha256', `trace ${request}`, 'base64url').slice(0, 22)}`
}
