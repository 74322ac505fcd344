/**
 * The bounds of diagnostics and alerts, each with its unit and why: a part of limits.ts that grew
 * too long for one file. Imported as that is, by anyone on the server.
 */

/** Findings of one check at once (event names, sides, keys), and events shown with each. */
export const DIAGNOSTIC_SUBJECTS_MAX = 20
export const DIAGNOSTIC_SAMPLES_MAX = 5
/** Event names whose newest events are looked at in one pass, and how many of each: enough for a
 * share of one half to be sure, few enough to be read in some ten milliseconds. */
export const DIAGNOSTIC_SAMPLE_NAMES_MAX = 6
export const DIAGNOSTIC_SAMPLE_EVENTS = 80
/** Event names with a seasonal baseline: the most frequent; the rest is seen in the whole. */
export const DIAGNOSTIC_SERIES_NAMES_MAX = 20
/** Datasets whose baseline is remembered between passes: some 100 KB each, new by the hour. */
export const DIAGNOSTIC_CACHED_DATASETS_MAX = 200
/** Evidence that is gone for so long closes a finding: longer than one quiet night. */
export const DIAGNOSTIC_CLEAR_MS = 24 * 3_600_000
/** Resolved findings are shown so long, and so many findings and mutes of one dataset are kept. */
export const DIAGNOSTIC_KEPT_MS = 30 * 86_400_000
export const DIAGNOSTIC_FINDINGS_MAX = 200
export const DIAGNOSTIC_MUTES_MAX = 200
/** Between two looks at one dataset, and at one that receives nothing. */
export const DIAGNOSTIC_PASS_MS = 60_000
export const DIAGNOSTIC_IDLE_PASS_MS = 5 * 60_000
/** Between two looks at one dataset that were asked for; one sooner answers what the last found. A
 * look costs some ten milliseconds, and whoever may read may ask. */
export const DIAGNOSTIC_FRESH_MS = 5_000
/** Between two looks at any: so looks never take more than a part of the time. */
export const DIAGNOSTIC_REST_MS = 500
/** Numbers of a finding that did not change its state are written this often. */
export const DIAGNOSTIC_WRITE_MS = 10 * 60_000

/** Addresses that alerts of one dataset go to. */
export const ALERT_EMAILS_MAX = 20
/** Findings that open within this time are told in one message: one fault opens several. */
export const ALERT_GATHER_MS = 3 * 60_000
/** Messages of one dataset in an hour; what opens beyond them waits for the next. */
export const ALERTS_PER_HOUR_MAX = 3
/** Messages sent as a test of one dataset in an hour, failed webhooks too: enough to set one up,
 * too few to flood somebody who never asked. E-mail that no server took is not counted. */
export const ALERT_TESTS_PER_HOUR_MAX = 6
/** A finding that was told is not told again within this time, however often it opens. */
export const ALERT_AGAIN_MS = 24 * 3_600_000
/** How often it is seen whether something is due. */
export const ALERT_TICK_MS = 15_000
/** Datasets whose messages leave at once: a webhook that does not answer holds up one place of
 * these for ALERT_SEND_MS, and a mail server takes so many connections. */
export const ALERT_DATASETS_AT_ONCE = 8
/** Pause after a failed message: the first, doubled each time up to the last. */
export const ALERT_RETRY_FIRST_MS = 60_000
export const ALERT_RETRY_MS_MAX = 3_600_000
/** Tries before what waits is left to the digest. */
export const ALERT_TRIES_MAX = 12
/** Messages of one dataset that one channel took and another is still owed; each is a few KB. */
export const ALERT_OWED_MAX = 8
/** Messages that the history of one dataset shows. */
export const ALERT_HISTORY_MAX = 100
/** One try to send a message. */
export const ALERT_SEND_MS = 15_000
/** Findings named in one message; the rest is a number. */
export const ALERT_FINDINGS_MAX = 20
/** Findings of all datasets on the first page: what somebody looks at before mending one. */
export const FINDINGS_SHOWN_MAX = 20
/** A proven domain is looked at once a day, after a miss sooner; spread over the day. */
export const DOMAIN_RECHECK_MS = 86_400_000
export const DOMAIN_MISSED_RECHECK_MS = 3_600_000
export const DOMAIN_RECHECK_TICK_MS = 5 * 60_000
/** Of one look: with 288 a day 5760 domains. The most overdue first, so that none is forgotten. */
export const DOMAIN_RECHECKS_PER_TICK_MAX = 20
