/**
 * Every bound of the SDK: name with unit, value, why. It runs in programs of others, on machines of
 * every size, so each number is one that a small one bears; the server has limits of its own.
 */

/** Events of one request unless the user says otherwise: its answer comes in milliseconds. */
export const BATCH_EVENTS = 100
/** Meta: at most 1000 events a request; the server takes as many. */
export const BATCH_EVENTS_MAX = 1000
/** Characters of one request: many proxies stop at 1 MB, and a character may be two bytes. */
export const BATCH_CHARS_MAX = 400_000
/** An event waits so long for company unless the user says otherwise. */
export const GATHER_MS = 1000
/** Events that wait for a server that does not answer, and their characters: 16 MB at most. */
export const QUEUE_EVENTS = 10_000
export const QUEUE_CHARS_MAX = 8_000_000
/** One event; the server reads as many characters (event/bounds.ts). */
export const EVENT_CHARS_MAX = 64 * 1024
/** A request that is not answered by then is given up and sent again. */
export const REQUEST_MS = 10_000
/** Pauses after a failed request: the first, doubled each time up to the last. */
export const PAUSE_FIRST_MS = 500
export const PAUSE_MS_MAX = 60_000
/** The longest Retry-After that is believed: a slip of a proxy must not stop an hour of events. */
export const RETRY_AFTER_MS_MAX = 5 * 60_000
/** Failed requests in a row after which the owner hears of it: a restart takes fewer. */
export const FAILURES_TOLD = 3
/** An event is tried so long unless the user says otherwise; as long as the pixel tries its own. */
export const GIVE_UP_MS = 86_400_000
/** What flush() and close() wait, unless told otherwise: platforms kill a process after 30 s. */
export const FLUSH_MS = 10_000
/** What a request of a serverless platform may wait for after its answer; Workers allow 30 s. */
export const AFTER_REQUEST_MS = 25_000
/** The default warning speaks once in this time of each kind of problem. */
export const WARN_MS = 60_000
/** Event ids named in one problem. */
export const PROBLEM_IDS_MAX = 20
/** Of the server's words and of a name that was refused, in one problem. */
export const PROBLEM_CHARS_MAX = 500
/** A pixel's report that is passed on; browsers send at most 64 KB, the server reads so much. */
export const RELAY_BODY_BYTES_MAX = 128 * 1024
/** Events of one such report, as at the server. */
export const RELAY_EVENTS_MAX = 100
/** The script is asked for again after this, as browsers ask; an old copy bridges an outage. */
export const RELAY_SCRIPT_MS = 600_000
/** An old copy serves so long before the server that did not give a new one is asked again. */
export const RELAY_OLD_SCRIPT_MS = 30_000
/** Scripts kept, 15 KB each: a program has one dataset, or a few. */
export const RELAY_SCRIPTS_MAX = 20
/** Dead lines in a spool file before it is written anew. */
export const SPOOL_DEAD_BYTES = 1024 * 1024
