/**
 * Bounds of the measured match rate: what one measurement reads, and how long it is kept. A part
 * of limits.ts, which is full, and imported as that is. Read by api/match-measurer.ts.
 */

/**
 * Newest conversions read to know people, and events of each name that are looked at: some one and
 * a half seconds of processor time in all, in pages of some 20 ms each (measured on the demo shop
 * and at 20 million events), because they lie apart and each has its block to unpack.
 */
export const MEASURED_PEOPLE_EVENTS = 5000
export const MEASURED_SAMPLE_EVENTS = 400
/** Parts of the window from which a sample is taken evenly. */
export const MEASURED_SLICES = 8
export const MEASURED_PAGE_EVENTS = 50
/** Pages read for one name, however few of its events stand on each. */
export const MEASURED_READS_MAX = 120
/** Event names, those with the most events: each costs a sample. */
export const MEASURED_NAMES_MAX = 12
/** Names of conversions are looked for this far back. */
export const MEASURED_BACK_DAYS = 90
/** People come back over days: measured again after this. */
export const MEASURED_MATCH_MS = 10 * 60_000
/** Windows of datasets of which the measurement is remembered, and those that may wait for one. */
export const MEASUREMENTS_KEPT_MAX = 200
export const MEASUREMENTS_WAITING_MAX = 20
