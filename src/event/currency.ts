/** ISO 4217: the codes in use, as the runtime's own tables have them. Used by parse. */

const CODES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

/** `code` in upper case. */
export function isCurrency(code: string): boolean {
  return CODES.has(code)
}
