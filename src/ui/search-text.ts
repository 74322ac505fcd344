/** Reads a text from the search part of an address, for the routes and the filters of pages. */

/** The router reads `?q=123` as a number; a filter is always text. */
export const text = (value: unknown): string | undefined =>
  value === undefined || value === '' ? undefined : String(value)
