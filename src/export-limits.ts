/** Bounds of exports that run and are remembered: name with unit, value, why. See limits.ts. */

/** Of one dataset at once: each reads the log as fast as its reader takes it, beside everything
 * else that is asked of the same disk. */
export const EXPORTS_RUNNING_MAX = 4
/** A reader that takes nothing for so long has left: it would hold one of those places for ever.
 * Proxies wait a minute; a download in a browser may be paused for a while. */
export const EXPORT_STALLED_MS = 5 * 60_000
/** Remembered of one dataset, running ones too: what a person may look back on. About 1 KB each. */
export const EXPORTS_KEPT_MAX = 20
/** Remembered of all datasets together, once they have ended: about 2 MB. */
export const EXPORTS_ENDED_MAX = 2000
/** Of one filter as it is shown; the export itself takes the whole of it. */
export const EXPORT_FILTER_CHARS_MAX = 200
