/**
 * Why an event or a request is refused, in Meta's error object: code, subcode, user texts, and our
 * own precise message that names the event and the key. Tables, and the two functions that fill
 * them in; parse.ts makes the problems, collector/respond.ts answers.
 * Subcodes and their certainty: Meta's documentation and public reports of live answers.
 */

export interface Problem {
  /** Our reason code, also the counter's name (`reason:<code>`). */
  readonly reason: ProblemReason
  /** Index of the event in the request's data. */
  readonly index: number
  /** The key it is about, as a path: `user_data.em`, `custom_data.value`. */
  readonly key?: string
  /** Our words: what is wrong with this very event and what to do. Never a raw personal value. */
  readonly message: string
}

export interface ProblemEntry {
  readonly code: number
  readonly subcode?: number
  readonly title: string
  readonly userMessage: string
}

const schema = (userMessage: string): ProblemEntry => ({
  code: 100,
  subcode: 2804019,
  title: 'Server Side Api Parameter Error',
  userMessage,
})

export const PROBLEMS = {
  not_an_object: schema('Each entry of data must be an event object.'),
  missing_event_name: schema('Every event needs an event_name.'),
  missing_event_time: schema('Every event needs an event_time in unix seconds.'),
  missing_action_source: schema('Every event needs an action_source.'),
  invalid_action_source: schema('The action_source is not one of the nine known ones.'),
  missing_user_data: schema('Every event needs user_data.'),
  invalid_parameter: schema('A parameter has the wrong type.'),
  unexpected_key: schema('An event holds a key that is not part of the contract.'),
  event_too_large: schema('The event is too large.'),
  event_too_old: {
    code: 100,
    subcode: 2804003,
    title: 'Event Timestamp Too Old',
    userMessage: 'The event happened too long ago: 7 days at most, 62 for physical_store.',
  },
  event_in_future: {
    code: 100,
    subcode: 2804004,
    title: 'Event Timestamp In The Future',
    userMessage: 'The event_time lies in the future.',
  },
  missing_value: {
    code: 100,
    subcode: 2804009,
    title: 'Missing Value for Purchase Event',
    userMessage: 'A Purchase needs a value.',
  },
  missing_currency: {
    code: 100,
    subcode: 2804010,
    title: 'Missing Currency for Purchase Event',
    userMessage: 'A Purchase needs a currency.',
  },
  not_hashed: {
    code: 100,
    subcode: 2804016,
    title: 'User Parameter Not Hashed',
    userMessage: 'A customer parameter must be sent as SHA-256.',
  },
  invalid_lead_id: {
    code: 100,
    subcode: 2804036,
    title: 'Invalid Lead Id',
    userMessage: 'A lead_id must be the 15 or 16 digits of a lead.',
  },
  invalid_extinfo: {
    code: 100,
    subcode: 2804043,
    title: 'Invalid Extinfo',
    userMessage: 'The OS version in app_data.extinfo is missing or invalid.',
  },
  not_enough_user_data: {
    code: 100,
    subcode: 2804050,
    title: 'Not Enough Customer Information',
    userMessage: 'The customer information is too broad to match anybody.',
  },
  missing_messaging_channel: schema('A business_messaging event needs a messaging_channel.'),
  messaging_event_name: {
    code: 100,
    subcode: 2804066,
    title: 'Messaging Event Invalid Event Type',
    userMessage: 'This event_name cannot be used with business_messaging.',
  },
  messaging_missing_id: {
    code: 100,
    subcode: 2804116,
    title: 'Messaging Event Missing Account',
    userMessage: 'A WhatsApp event needs page_id or whatsapp_business_account_id.',
  },
  messaging_ctwa_clid: {
    code: 100,
    subcode: 2804087,
    title: 'Messaging Event Invalid Ctwa Clid',
    userMessage: 'A WhatsApp event needs a valid ctwa_clid.',
  },
  /** A good event in a batch that `meta` mode refused because of another one. */
  batch_refused: schema('Another event of the same request was refused.'),
} as const satisfies Record<string, ProblemEntry>

export type ProblemReason = keyof typeof PROBLEMS

/** Faults of the request itself, before any event is looked at. `{id}` stands for the particulars. */
export const GRAPH_ERRORS = {
  no_token: request(400, 104, 'An access token is required to request this resource.'),
  bad_token: request(401, 190, 'Invalid OAuth access token - Cannot parse access token'),
  bad_proof: {
    ...request(400, 100, 'Invalid appsecret_proof provided in the API argument'),
    type: 'GraphMethodException',
  },
  /** Unknown, or not this token's: the two are not told apart, so that ids cannot be probed. */
  unknown_dataset: {
    ...request(
      400,
      100,
      "Unsupported post request. Object with ID '{id}' does not exist, cannot be loaded due to " +
        'missing permissions, or does not support this operation.',
    ),
    type: 'GraphMethodException',
    subcode: 33,
  },
  /** The same for what is read. */
  unknown_node: {
    ...request(
      400,
      100,
      "Unsupported get request. Object with ID '{id}' does not exist, cannot be loaded due to " +
        'missing permissions, or does not support this operation.',
    ),
    type: 'GraphMethodException',
    subcode: 33,
  },
  dataset_id_required: request(400, 100, '(#100) The parameter dataset_id is required'),
  unknown_field: request(400, 100, '(#100) Tried accessing nonexisting field ({id})'),
  bad_fields: request(400, 2500, 'Syntax error in the field list: {id}'),
  not_supported: request(400, 100, '(#100) Not supported: {id}'),
  unknown_path: request(400, 2500, 'Unknown path components: {id}'),
  data_required: request(400, 100, '(#100) The parameter data is required'),
  data_not_array: request(400, 100, '(#100) param data must be an array.'),
  data_empty: request(400, 100, '(#100) param data must be non-empty.'),
  too_many_events: request(400, 100, '(#100) param data must hold at most {id} events.'),
  body_unreadable: request(400, 100, '(#100) The request cannot be read: {id}'),
  body_too_large: request(413, 100, '(#100) The request is too large: {id}'),
  rate_limited: { ...request(429, 4, '(#4) Application request limit reached'), transient: true },
  overloaded: { ...request(503, 2, 'Service temporarily unavailable'), transient: true },
} as const satisfies Record<string, GraphEntry>

export type GraphErrorName = keyof typeof GRAPH_ERRORS

export interface GraphEntry {
  readonly status: number
  readonly type: 'OAuthException' | 'GraphMethodException'
  readonly code: number
  readonly subcode?: number
  readonly message: string
  /** Trying the same again may help. */
  readonly transient: boolean
}

/** Meta's error object; the SDKs and tools read these keys. */
export interface GraphError {
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

/** A refused event as Meta answers it (status 400); error_user_msg ends in our precise words. */
export function graphError(problem: Problem, fbtraceId: string): GraphError {
  const entry: ProblemEntry = PROBLEMS[problem.reason]
  return {
    error: {
      message: 'Invalid parameter',
      type: 'OAuthException',
      code: entry.code,
      ...(entry.subcode === undefined ? {} : { error_subcode: entry.subcode }),
      is_transient: false,
      error_user_title: entry.title,
      error_user_msg: `${entry.userMessage} ${problem.message}`,
      fbtrace_id: fbtraceId,
    },
  }
}

/** A refused request; its HTTP status is `GRAPH_ERRORS[name].status`. */
export function graphRequestError(
  name: GraphErrorName,
  fbtraceId: string,
  particulars = '',
): GraphError {
  const entry: GraphEntry = GRAPH_ERRORS[name]
  return {
    error: {
      message: entry.message.replace('{id}', () => particulars),
      type: entry.type,
      code: entry.code,
      ...(entry.subcode === undefined ? {} : { error_subcode: entry.subcode }),
      is_transient: entry.transient,
      fbtrace_id: fbtraceId,
    },
  }
}

function request(status: number, code: number, message: string): GraphEntry {
  return { status, type: 'OAuthException', code, message, transient: false }
}
