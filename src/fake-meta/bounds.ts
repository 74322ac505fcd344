/**
 * Every bound of the stand-in: Meta's own limits as its contract states them, and how much the
 * stand-in remembers. What falls out is the oldest, and it is counted. Not the server's bounds:
 * those stand in limits.ts, and the stand-in must not inherit a mistake from there.
 */

/** Meta: at most 1000 events a request. */
export const EVENTS_PER_REQUEST_MAX = 1000
/** Meta: events up to 7 days old, those of a shop's till up to 62. */
export const EVENT_AGE_S_MAX = 7 * 86_400
export const EVENT_AGE_PHYSICAL_STORE_S_MAX = 62 * 86_400
/** Undocumented at Meta; no honest clock is ten minutes fast. */
export const EVENT_FUTURE_S_MAX = 600
/** Meta discards copies for 48 h from the first one. */
export const DEDUP_WINDOW_MS = 48 * 3_600_000
/** Meta: of two copies within five minutes the browser's is favoured. */
export const BROWSER_FAVOURED_MS = 5 * 60_000
/** Meta: partner_agent is shorter than 23 characters. */
export const PARTNER_AGENT_CHARS_MAX = 22

/** Undocumented at Meta; 1000 events of 32 KB. */
export const BODY_BYTES_MAX = 32 * 1024 * 1024
/** Parts of a multipart body: clients send eight, Meta's own script about sixty. */
export const PARTS_MAX = 1000
/** Accepted events kept whole for GET /good, and their bytes on the wire; memory holds thrice. */
export const GOOD_KEPT_MAX = 50_000
export const GOOD_BYTES_MAX = 32 * 1024 * 1024
/** Refused requests and requests of any kind, kept as summaries. */
export const BAD_KEPT_MAX = 10_000
export const REQUESTS_KEPT_MAX = 10_000
/** Counted events listed by GET /counted; its sums go on beyond. About 200 bytes each. */
export const COUNTED_KEPT_MAX = 200_000
/** Ids, and browser events waiting for a server copy, remembered within the 48 h. */
export const IDS_REMEMBERED_MAX = 400_000
export const WAITING_REMEMBERED_MAX = 200_000
/** Unpaired browser events of one person and event name that wait for a server copy. */
export const WAITING_PER_PERSON_MAX = 100
/** Event names with sums of their own; the rest counts as "(other)". */
export const NAMES_MAX = 10_000
/** Rules of failure at once. */
export const RULES_MAX = 1000
/** The slowest answer, in ms: longer than any client waits. */
export const SLOW_MS_MAX = 10 * 60_000
/** Items of one page of a list. */
export const PAGE_MAX = 1000
export const PAGE_DEFAULT = 100
/** One text of a request shown in a summary. */
export const TEXT_CHARS_MAX = 200
/** Warnings kept on one event. */
export const WARNINGS_MAX = 20
