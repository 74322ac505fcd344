/**
 * The bounds of what is asked of platforms: what deliveries leave out and certificates
 * (sources/inbox/), and all orders that changed (sources/polling/). All others are in limits.ts.
 */

/** Requests for what one delivery leaves out: a batch of 100 records takes a few pages. */
export const ENRICH_REQUESTS_MAX = 12
/** One of them. Platforms answer in under a second; a slow one holds up its own connection only. */
export const ENRICH_MS = 15_000
/** Pause between two of one connection: four a second are below what every platform allows. */
export const ENRICH_GAP_MS = 250
/** Deliveries of one connection that wait for an answer in memory; the others wait in the store. */
export const ENRICH_QUEUE_MAX = 50
/** A delivery for which the platform has no answer is tried so long after it came, then kept. */
export const ENRICH_PATIENCE_MS = 3 * 86_400_000
/** Platforms change the certificate they sign with every few months; one is 2 to 8 KB. */
export const CERTIFICATE_MS = 86_400_000
export const CERTIFICATE_CHARS_MAX = 64 * 1024
/** Kept at a time, those that could not be had included: then nothing new is asked for. */
export const CERTIFICATES_MAX = 20

/** Between two rounds of one connection: a shop notices nothing, a few minutes late is early. */
export const POLL_MINUTES_MIN = 5
/** How often it is looked who is due, and so how exactly rounds keep their time. */
export const POLL_LOOK_MS = 15_000
/** Part of the pause between two rounds by which each comes sooner or later: shops that were
 * connected together are not asked together for ever. */
export const POLL_JITTER = 0.1
/** Asked for again by every round: what the platform wrote late, or with a clock a little off. */
export const POLL_OVERLAP_S = 600
/** The first round goes back so far: the days that reconciliation shows at once. */
export const POLL_FIRST_S = 31 * 86_400
/** Orders of one answer. Every platform allows a hundred; each is some ten kilobytes. */
export const POLL_PAGE = 100
/** One answer, and how long it may take: a page of orders is slow in a large WooCommerce. */
export const POLL_ANSWER_BYTES_MAX = 32 * 1024 * 1024
export const POLL_ANSWER_MS = 60_000
/** Pages of one round. The next one goes on from there, at once. */
export const POLL_PAGES_MAX = 200
/** Tries of one page within a round, and how long a round waits for a platform that is busy; then
 * it ends, and the next begins when the platform wishes. */
export const POLL_TRIES_MAX = 4
export const POLL_WAIT_MS_MAX = 120_000
/** After trouble that passes, the next round comes at the soonest so much later. */
export const POLL_AGAIN_MS = 60_000
/** The page of a shop that tells whether its platform reports to Meta by itself: looked at once a
 * day, its beginning only, at the end of so many redirects. */
export const RIVAL_LOOK_MS = 86_400_000
export const RIVAL_PAGE_BYTES_MAX = 4 * 1024 * 1024
export const RIVAL_REDIRECTS_MAX = 3
/** Pixels that are remembered of it: a shop feeds one, seldom two. */
export const RIVAL_PIXELS_MAX = 20
/** Platforms asked at a time. */
export const POLLS_AT_ONCE = 4
