/**
 * Every error code of ours: HTTP status, whether trying again helps, what happened, what to do.
 * Meta's own codes for the Graph endpoint stand in event/problems.ts. docs/errors.md lists the same
 * codes; a test compares the two.
 */

export interface ErrorEntry {
  readonly status: number
  readonly retryable: boolean
  readonly message: string
  readonly fix: string
}

export const ERRORS = {
  unauthorized: {
    status: 401,
    retryable: false,
    message: 'This needs a token, or somebody signed in.',
    fix: 'Sign in, or send Authorization: Bearer <token>. TWOFOLD_ADMIN_TOKEN sets an admin token; `twofold token create` makes others.',
  },
  forbidden: {
    status: 403,
    retryable: false,
    message: 'You may not do that.',
    fix: 'Ask an admin of the business for another role, or use a token made for this dataset and purpose.',
  },
  not_found: {
    status: 404,
    retryable: false,
    message: 'There is nothing at this address.',
    fix: 'See /api/openapi.json for the routes.',
  },
  dataset_not_found: {
    status: 404,
    retryable: false,
    message: 'No such dataset.',
    fix: 'List them with `twofold dataset list`, or create one with `twofold dataset create --name NAME`.',
  },
  domain_not_found: {
    status: 404,
    retryable: false,
    message: 'No such domain of this dataset.',
    fix: 'See the list in the settings of the dataset, or add the domain first.',
  },
  invalid_request: {
    status: 400,
    retryable: false,
    message: 'The request is not valid.',
    fix: 'The detail names the field and what it must be.',
  },
  body_too_large: {
    status: 413,
    retryable: false,
    message: 'The body is too large.',
    fix: 'Send less in one request; the detail names the limit of this address.',
  },
  unsupported_encoding: {
    status: 415,
    retryable: false,
    message: 'This content type or encoding is not supported.',
    fix: 'Send JSON, text/plain JSON, urlencoded or multipart; gzip, br or no compression.',
  },
  domain_not_allowed: {
    status: 403,
    retryable: false,
    message: 'This site is not on the dataset’s list of allowed domains.',
    fix: 'Add the host to allowed_domains of the dataset, or empty the list to allow every site.',
  },
  rate_limited: {
    status: 429,
    retryable: true,
    message: 'Too many events for this dataset in this minute.',
    fix: 'Wait as Retry-After says, or raise events_per_minute_max of the dataset.',
  },
  overloaded: {
    status: 503,
    retryable: true,
    message: 'The queue is full.',
    fix: 'Try again after Retry-After seconds; nothing of this request was kept.',
  },
  shutting_down: {
    status: 503,
    retryable: true,
    message: 'The server is stopping.',
    fix: 'Try again after Retry-After seconds; nothing of this request was kept.',
  },
  store_full: {
    status: 503,
    retryable: true,
    message: 'The disk is full.',
    fix: 'Free space on the volume of the data folder; senders will try again.',
  },
  store_read_only: {
    status: 503,
    retryable: true,
    message: 'The data folder cannot be written.',
    fix: 'Check the owner and the mount options of the data folder.',
  },
  store_corrupt: {
    status: 503,
    retryable: true,
    message: 'The database file is damaged.',
    fix: 'Stop the server and restore a backup (made with `twofold backup FILE`).',
  },
  store_locked: {
    status: 503,
    retryable: true,
    message: 'Another program holds the database file.',
    fix: 'Stop the other program (a second twofold, or a tool that opened the file).',
  },
  store_newer: {
    status: 503,
    retryable: false,
    message: 'The database file was written by a newer Twofold.',
    fix: 'Start that version or a later one; nothing was changed.',
  },
  store_failed: {
    status: 503,
    retryable: true,
    message: 'The database did not take the write.',
    fix: 'See the server log; senders will try again, nothing was half-applied.',
  },
  destination_not_found: {
    status: 404,
    retryable: false,
    message: 'No such destination.',
    fix: 'List the destinations of the dataset; maybe this one was removed.',
  },
  delivery_not_found: {
    status: 404,
    retryable: false,
    message: 'No such delivery.',
    fix: 'List them with `twofold deliveries`. A delivered one is shown for seven days.',
  },
  event_not_found: {
    status: 404,
    retryable: false,
    message: 'No such event.',
    fix: 'Search it in the event log by its event id or order; the number in the address is its own.',
  },
  secret_unreadable: {
    status: 409,
    retryable: false,
    message: 'A stored secret cannot be read with the key of this server.',
    fix: 'Start with the TWOFOLD_SECRET_KEY (or the secret.key in the data folder) it was stored with, or enter the secret again.',
  },
  secret_key_invalid: {
    status: 503,
    retryable: false,
    message: 'The key that secrets are stored with is not usable.',
    fix: 'Put back the secret.key of your backup. If it is lost, remove the file and enter the secrets of your destinations again.',
  },
  replay_not_found: {
    status: 404,
    retryable: false,
    message: 'No such replay.',
    fix: 'Replays are remembered until the server restarts, the last 50 of them. Start it again.',
  },
  export_not_found: {
    status: 404,
    retryable: false,
    message: 'No such export.',
    fix: 'Exports are remembered until the server restarts, the last 20 of a dataset. Start it again.',
  },
  too_many_exports: {
    status: 429,
    retryable: true,
    message: 'As many exports of this dataset are running as may run at once.',
    fix: 'Wait until one has ended, or cancel one: they stand on the Event log page.',
  },
  connection_not_found: {
    status: 404,
    retryable: false,
    message: 'No such connection.',
    fix: 'Compare the address with the one on the Sources page; maybe the connection was removed.',
  },
  connection_disabled: {
    status: 410,
    retryable: false,
    message: 'This connection is switched off.',
    fix: 'Switch it on again on the Sources page, or remove the webhook at the platform.',
  },
  signature_refused: {
    status: 401,
    retryable: false,
    message: 'The delivery is not proven to come from the platform.',
    fix: 'Enter the secret that the platform shows for this webhook, on the Sources page.',
  },
  setup_link_invalid: {
    status: 403,
    retryable: false,
    message: 'This setup link was used already or is not the one printed last.',
    fix: 'Sign in, or take the link that the server printed at its last start.',
  },
  link_invalid: {
    status: 403,
    retryable: false,
    message: 'This link was used already, withdrawn, or is too old.',
    fix: 'Ask whoever gave it to you for a new one.',
  },
  password_wrong: {
    status: 401,
    retryable: false,
    message: 'That is not the password of this account.',
    fix: 'Check it. If it is lost, ask whoever runs the server for a link to a new one.',
  },
  sign_in_failed: {
    status: 401,
    retryable: false,
    message: 'E-mail address or password is wrong.',
    fix: 'Check both. If the password is lost, ask whoever runs the server for a link to a new one.',
  },
  passkey_refused: {
    status: 401,
    retryable: false,
    message: 'The passkey was not accepted.',
    fix: 'Try again. If it was removed from the account, delete it on your device and sign in another way.',
  },
  passkey_not_found: {
    status: 404,
    retryable: false,
    message: 'No such passkey of yours.',
    fix: 'See the list in My account; it may have been removed already.',
  },
  oidc_refused: {
    status: 401,
    retryable: false,
    message: 'Signing in with the provider did not work.',
    fix: 'The detail says why. Try again, or sign in another way.',
  },
  identity_not_found: {
    status: 404,
    retryable: false,
    message: 'No such connection of your account.',
    fix: 'See the list in My account; it may have been removed already.',
  },
  last_way_in: {
    status: 409,
    retryable: false,
    message: 'That is your last way to sign in.',
    fix: 'Set a password or add a passkey first.',
  },
  email_taken: {
    status: 409,
    retryable: false,
    message: 'There is an account with this e-mail address already.',
    fix: 'Sign in with it first, then do this again.',
  },
  business_not_found: {
    status: 404,
    retryable: false,
    message: 'No such business.',
    fix: 'List yours with GET /api/businesses.',
  },
  business_not_empty: {
    status: 409,
    retryable: false,
    message: 'This business still has datasets.',
    fix: 'Delete them, or move them to another business, first.',
  },
  person_not_found: {
    status: 404,
    retryable: false,
    message: 'No such person here.',
    fix: 'List the people of the business; maybe this one was removed.',
  },
  invitation_not_found: {
    status: 404,
    retryable: false,
    message: 'No such invitation.',
    fix: 'List the open ones of the business; it may have been used, withdrawn or be too old.',
  },
  session_not_found: {
    status: 404,
    retryable: false,
    message: 'No such session.',
    fix: 'It has ended already.',
  },
  last_owner: {
    status: 409,
    retryable: false,
    message: 'A business needs an owner.',
    fix: 'Make somebody else an owner first.',
  },
  token_unknown: {
    status: 401,
    retryable: false,
    message: 'This token is not known here, or was revoked.',
    fix: 'Check it for missing characters, or make a new one with `twofold token create`.',
  },
  too_many_attempts: {
    status: 429,
    retryable: true,
    message: 'Too many failed attempts to sign in.',
    fix: 'Wait as long as that; programs find the seconds in Retry-After.',
  },
  cross_site: {
    status: 403,
    retryable: false,
    message: 'A change with a session cookie must come from the Events Manager itself.',
    fix: 'Scripts send Authorization: Bearer <token> instead. Behind a proxy, set TWOFOLD_PUBLIC_URL.',
  },
  token_not_found: {
    status: 404,
    retryable: false,
    message: 'No such token.',
    fix: 'List them with `twofold token list`; the id is not the token itself.',
  },
  token_replaced: {
    status: 409,
    retryable: false,
    message: 'This token was replaced already, or has ended.',
    fix: 'Replace the one that took its place, or make a new one with `twofold token create`.',
  },
  too_many_tests: {
    status: 429,
    retryable: false,
    message: 'This dataset has sent all test messages of an hour.',
    fix: 'Try again in an hour. What the last ones met stands under Alerts, What was sent.',
  },
  limit_reached: {
    status: 409,
    retryable: false,
    message: 'This instance holds as many of these as it can.',
    fix: 'Remove some that are no longer used.',
  },
  rules_changed: {
    status: 409,
    retryable: false,
    message: 'Somebody else changed the rules meanwhile.',
    fix: 'Read them again, bring both changes together, and save with the new revision.',
  },
  rules_version_not_found: {
    status: 404,
    retryable: false,
    message: 'No such version of the rules.',
    fix: 'List them with `twofold rules versions`; the last 50 are kept.',
  },
  busy: {
    status: 409,
    retryable: true,
    message: 'The same work is already running.',
    fix: 'Try again when it has ended.',
  },
  too_many_listeners: {
    status: 503,
    retryable: true,
    message: 'Too many live views are open.',
    fix: 'Close some (pages of the Events Manager, `twofold events --follow`) and try again.',
  },
  private_target: {
    status: 400,
    retryable: false,
    message: 'Nothing is sent to addresses inside a private network.',
    fix: 'Take a public address, or allow this one: TWOFOLD_ALLOW_PRIVATE_TARGETS=10.0.0.0/8 (or all).',
  },
  internal: {
    status: 500,
    retryable: true,
    message: 'Something went wrong on our side.',
    fix: 'See the server log under the given id.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS

/** Thrown at the edges and turned into an answer by the server; never carries personal data. */
export class TwofoldError extends Error {
  readonly code: ErrorCode
  /** Whether the same request may succeed later. */
  readonly retryable: boolean
  /** The particulars: which field, which file. */
  readonly detail: string | undefined
  constructor(code: ErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail ? `${ERRORS[code].message} ${detail}` : ERRORS[code].message, options)
    this.name = 'TwofoldError'
    this.code = code
    this.retryable = ERRORS[code].retryable
    this.detail = detail
  }
}

/** What every JSON error of ours looks like; the Graph endpoint answers in Meta's shape instead. */
export function errorBody(
  code: ErrorCode,
  detail?: string,
): {
  error: { code: ErrorCode; message: string; detail?: string; fix: string; retryable: boolean }
} {
  const { message, fix, retryable } = ERRORS[code]
  return { error: { code, message, ...(detail ? { detail } : {}), fix, retryable } }
}
