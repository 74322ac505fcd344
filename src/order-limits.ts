/**
 * Bounds of the order book, of files of orders and of reconciliation: name with unit, value, why.
 * The server's other bounds stand in limits.ts.
 */

/** Orders are kept so long in the book: a year can be compared with the one before. Who bought is
 * forgotten when no destination would take the sale any more (in-store: 62 days). */
export const ORDER_BOOK_MS = 800 * 86_400_000
export const ORDER_PERSON_MS = 62 * 86_400_000
/** A file may take as long as it needs to arrive, but not stand still for longer than this. */
export const UPLOAD_IDLE_MS = 90_000
/** One row and the columns of a file that is imported: the longest exports of shops have 80. */
export const FILE_ROW_CHARS_MAX = 256 * 1024
export const FILE_COLUMNS_MAX = 500
/** An order id is found by it in custom_data; the longest seen are ids of payments, under 100. */
export const ORDER_ID_CHARS_MAX = 200
/** Orders written in one transaction of an import: a commit of a millisecond or two. */
export const ORDER_IMPORT_ROWS = 500
/** Bad rows told of one import; beyond them it says only how many there are. */
export const ORDER_IMPORT_FAULTS_MAX = 10_000
/** Orders and purchases of one read of reconciliation, and of one day that is compared at once:
 * some hundred bytes each. */
export const RECONCILE_PAGE = 250
export const RECONCILE_DAY_MAX = 50_000
/** Orders whose reports are looked for in one call: each may lie in a block of its own, and the
 * thread that keeps events unpacks four of them in a millisecond. */
export const RECONCILE_LOOKUPS = 64
/** Counted purchases of one order that are looked at: beyond them nothing new is learned. */
export const ORDER_PURCHASES_MAX = 20
/** Comparisons of one dataset under way and waiting: a page asks for its days and for what is
 * opened there, a few people at once. */
export const RECONCILE_WAITING_MAX = 8
/** Purchases of days that are over, kept in memory between two looks: half a kilobyte each. As long
 * as the page takes its own answers for fresh. */
export const RECONCILE_KEPT_MS = 60_000
export const RECONCILE_KEPT_PURCHASES = 50_000
/** Days of one reconciliation. */
export const RECONCILE_DAYS_MAX = 31
/** A thank-you page that is seen again is recognised so many days after the sale. */
export const RECONCILE_DAYS_BEFORE = 3
/** Rows of one page of a day's orders. */
export const RECONCILE_ROWS_MAX = 500
/** An order is left to its own report for so long before it counts as one that nobody reports. */
export const RECONCILE_GRACE_MS = 3_600_000
/** How often orders that nobody reported are looked for where that is set. */
export const RECONCILE_LOOK_MS = 15 * 60_000
/** Imports remembered of a dataset, and bad rows kept of each. */
export const ORDER_IMPORTS_MAX = 10
export const ORDER_IMPORT_FAULTS_KEPT = 50
