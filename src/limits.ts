/**
 * Every bound of the server: name with unit, value, why, source. Relations between bounds are
 * asserted when this file loads, so a wrong edit stops the start instead of a request.
 */

/** Meta: at most 1000 events a request (Conversions API, "Using the API"). */
export const EVENTS_PER_REQUEST_MAX = 1000
/** Events the ingest queue holds before senders get 503: about 2 s of work at full speed. */
export const QUEUE_EVENTS_MAX = 50_000
/** Bytes of request bodies the queue holds, so that large events cannot fill the memory. */
export const QUEUE_BYTES_MAX = 64 * 1024 * 1024
/** Events in one commit: large enough to share one fsync, small enough to answer in time. */
export const COMMIT_EVENTS_MAX = 2000
/** A body as it arrives (maybe compressed). 1000 events of 4 KB fit. */
export const BODY_BYTES_MAX = 8 * 1024 * 1024
/** A body after gzip/br, against decompression bombs. */
export const BODY_UNPACKED_BYTES_MAX = 16 * 1024 * 1024
/** A pixel hit: sendBeacon and keepalive fetch cannot send more than 64 KB anyway. */
export const PIXEL_BODY_BYTES_MAX = 128 * 1024
/** Events in one pixel request. */
export const PIXEL_EVENTS_MAX = 100
/** Meta counts copies of one event for 48 h from the first (deduplication page). */
export const DEDUP_WINDOW_MS = 48 * 3_600_000
/** Meta's longer order window for limited-access purchase dedup: 28 days. */
export const ORDER_WINDOW_MS = 28 * 86_400_000
/** Unpaired twins are looked for this far apart in event_time. */
export const REPAIR_WINDOW_S = 10 * 60
/** A twin later than this is worth a finding. */
export const LATE_TWIN_S = 30 * 60
/** Unabsorbed browser legs remembered per person and event name for the fallback match. */
export const FALLBACK_CANDIDATES_MAX = 16
/** Meta: website events up to 7 days old, physical_store up to 62. */
export const EVENT_AGE_S_MAX = 7 * 86_400
export const EVENT_AGE_PHYSICAL_STORE_S_MAX = 62 * 86_400
/** Meta's own limit for the future is undocumented; we allow clocks to be ten minutes fast. */
export const EVENT_FUTURE_S_MAX = 600
/** Undocumented by Meta; ours, so that one event cannot be a file. */
export const EVENT_NAME_CHARS_MAX = 100
export const EVENT_ID_CHARS_MAX = 512
export const URL_CHARS_MAX = 4096
export const USER_DATA_VALUES_PER_KEY_MAX = 20
export const CUSTOM_DATA_KEYS_MAX = 200
export const EVENT_BYTES_MAX = 64 * 1024
/** Hashes kept for one value when Meta's libraries disagree. */
export const HASHES_PER_VALUE_MAX = 3
/** Distinct event names with counters of their own per dataset; the rest counts as "(other)". */
export const EVENT_NAMES_PER_DATASET_MAX = 1000
/** Findings kept on one leg. */
export const FINDINGS_PER_LEG_MAX = 20
/** Rows of one page of the event log. */
export const PAGE_EVENTS_MAX = 1000
/** Live (SSE) listeners at once, and what one slow listener may lag before it is dropped. */
export const LIVE_LISTENERS_MAX = 100
export const LIVE_BACKLOG_MAX = 1000
/** Datasets of one instance held in memory. */
export const DATASETS_MAX = 10_000
/** Parsed user agents remembered. */
export const USER_AGENT_CACHE_MAX = 10_000
/** Default rate of one dataset, both channels: 100k events/s for a minute, far above a shop. */
export const EVENTS_PER_MINUTE_DEFAULT = 6_000_000
/** Commit rounds repeated on conflict before senders get 503. */
export const COMMIT_ATTEMPTS_MAX = 20

const relations: readonly (readonly [boolean, string])[] = [
  [COMMIT_EVENTS_MAX >= EVENTS_PER_REQUEST_MAX, 'one request must fit in one commit'],
  [QUEUE_EVENTS_MAX >= 2 * COMMIT_EVENTS_MAX, 'the queue must hold the next commit'],
  [QUEUE_BYTES_MAX >= 2 * BODY_UNPACKED_BYTES_MAX, 'the queue must take the largest body'],
  [ORDER_WINDOW_MS >= DEDUP_WINDOW_MS, 'orders are remembered longer than ids'],
  [LATE_TWIN_S * 1000 < DEDUP_WINDOW_MS, 'a late twin must still be a twin'],
]
for (const [holds, why] of relations) {
  if (!holds) throw new Error(`limits.ts: ${why}`)
}
