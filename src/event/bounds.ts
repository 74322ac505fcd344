/**
 * The contract's own bounds: how old, how long and how many an event's parts may be. Read by parse
 * and fbp-fbc, in server and browser; the server's own bounds stand in limits.ts.
 */

/** Meta: events up to 7 days old, in-store ones up to 62 (Conversions API, server event page). */
export const EVENT_AGE_S_MAX = 7 * 86_400
export const EVENT_AGE_PHYSICAL_STORE_S_MAX = 62 * 86_400
/** Meta's own limit for the future is undocumented; we allow clocks to be ten minutes fast. */
export const EVENT_FUTURE_S_MAX = 600
/** Undocumented by Meta; ours, so that one event cannot be a file. */
export const EVENT_NAME_CHARS_MAX = 100
export const EVENT_ID_CHARS_MAX = 512
/** Browsers and servers agree on little above this. A longer one loses its query first. */
export const URL_CHARS_MAX = 4096
/** Characters of all keys and strings of one event together: about 64 KB. */
export const EVENT_CHARS_MAX = 64 * 1024
/** A person has a handful of addresses and phones; more is a list of people. */
export const USER_DATA_VALUES_PER_KEY_MAX = 20
/** Longer than any address, name, user agent or click id seen. */
export const USER_DATA_VALUE_CHARS_MAX = 2048
export const CUSTOM_DATA_KEYS_MAX = 200
/** Custom properties nest two or three deep; a depth bound keeps recursion bounded. */
export const JSON_DEPTH_MAX = 8
/** Largest amount in major units: no order is worth more, in any currency. */
export const VALUE_ABS_MAX = 1e12
/** Findings kept on one leg: enough to see what is wrong, too few to fill the store. */
export const FINDINGS_PER_LEG_MAX = 20
/** Meta's cookies, and so the click they tell of, live 90 days. */
export const COOKIE_AGE_MS_MAX = 90 * 86_400_000
/** Meta's own scripts ignore a longer fbclid. */
export const FBCLID_CHARS_MAX = 500
