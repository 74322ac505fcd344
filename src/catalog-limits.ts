/**
 * Bounds of catalogs: product feeds, what is kept of them, and how events are measured by them:
 * name with unit, value, why. The server's other bounds stand in limits.ts.
 */

/** Products of one dataset: what the largest shops list; some 400 bytes each on the disk. */
export const PRODUCTS_MAX = 1_000_000
/** A feed as it arrives (maybe gzip), and unpacked: a million products of 2 KB fit, a bomb does
 * not. Neither is ever held in memory. */
export const FEED_BYTES_MAX = 1024 ** 3
export const FEED_UNPACKED_BYTES_MAX = 4 * 1024 ** 3
/** Elements of a feed lie item in channel in rss; options nest a little deeper. */
export const FEED_DEPTH_MAX = 32
/** Of a column or element: it is told again with every bad row. */
export const FEED_NAME_CHARS_MAX = 200
/** An id is what events name; the catalogs of ad platforms take 100 characters. */
export const PRODUCT_ID_CHARS_MAX = 100
/** A title is cut there; 150 to 200 characters are what catalogs take. */
export const PRODUCT_TITLE_CHARS_MAX = 200
/** A word or two: brand, availability. */
export const PRODUCT_WORD_CHARS_MAX = 100
/** An address of a page or a picture; a longer one is left out. */
export const PRODUCT_URL_CHARS_MAX = 2000
/** Products written in one transaction of an import: a few milliseconds. */
export const CATALOG_IMPORT_ROWS = 500
/** Bad rows told of one import, kept of each, and imports remembered of a dataset. */
export const FEED_FAULTS_MAX = 10_000
export const FEED_FAULTS_KEPT = 50
export const CATALOG_IMPORTS_MAX = 10
/** A feed that has lost more of its products than this share is taken only when confirmed. */
export const FEED_SHRINK_MAX = 0.5
/** A feed is fetched every so many hours, at least and at most. */
export const FEED_HOURS_MIN = 1
export const FEED_HOURS_MAX = 168
/** A whole fetch: a gigabyte at 2 MB/s; and its address. */
export const FEED_FETCH_MS = 10 * 60_000
export const FEED_URL_CHARS_MAX = 2000
/** Feeds fetched at a time: one that drips holds up its own place only. */
export const FEEDS_AT_ONCE = 4
/** The pause after a first failure; doubled each time, at most the hours of the schedule. */
export const FEED_RETRY_MS = 10 * 60_000
/** How often due feeds are looked for, and new reports are measured. */
export const CATALOG_LOOK_MS = 30_000
/** Rows of old catalogs removed in one slice of upkeep: a few milliseconds. */
export const CATALOG_TIDY_ROWS = 200
/** Reports of so many days before the first import are measured too: the longest window shown. */
export const MEASURED_BEFORE_MS = 28 * 86_400_000
/** Stretches of the log (some 250 reports) that one look measures of a dataset. */
export const MEASURE_CHUNKS_MAX = 400
/** Products of one report that are looked up: carts have a few, feeds of a category dozens. */
export const MEASURE_ITEMS_MAX = 100
/** Ids that one call looks up. */
export const LOOK_UP_IDS_MAX = 500
/** A price may differ by rounding of taxes, not by more than this share. */
export const PRICE_DRIFT_MAX = 0.02
/** Beside shipping and discounts: a value of half or double the prices is another thing. */
export const VALUE_DRIFT_FACTOR = 2
/** Strange ids kept of each kind and dataset, the last seen; and for how long. */
export const ODDITIES_MAX = 1000
export const ODDITY_MS = 28 * 86_400_000
/** A product that no report named for so long counts as never seen. */
export const PRODUCT_SEEN_MS = 28 * 86_400_000
/** Products of one person that are shown, of so many days, out of so many of their events; and how
 * long the log is looked through for them: as long as a page may be waited for. */
export const PERSON_PRODUCTS_MAX = 50
export const PERSON_PRODUCTS_MS = 180 * 86_400_000
export const PERSON_EVENTS_MAX = 500
export const PERSON_LOOK_MS = 250
/** Rows of one page of products. */
export const PRODUCTS_PAGE_MAX = 200
