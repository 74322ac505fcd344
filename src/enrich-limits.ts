/**
 * The bounds of what is asked of platforms (sources/inbox/): requests for what deliveries leave
 * out, and certificates. All others are in limits.ts.
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
