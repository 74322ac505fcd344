/**
 * How a stored secret is shown to people, and how what a form sends back masked becomes what it
 * was. A schema says with `mask` what may be seen of a secret field beside its last characters.
 * Pure; called by secret-settings.ts.
 */

/**
 * address: where it leads, without path and query, in which services put secrets.
 * header_lines: the names of "Name: value" lines.
 */
export type MaskKind = 'address' | 'header_lines' | undefined

const MASK = '••••'
/** Four of fewer characters would tell too much. */
const SHOWN_OF_CHARS_MIN = 12
/** What is hidden of an address; no URL holds this character unescaped. */
const ADDRESS_REST = '/…'

export function maskOf(secret: unknown, kind?: MaskKind): string {
  if (typeof secret !== 'string') return MASK
  if (isMask(secret, kind)) return secret
  if (kind === 'header_lines') return maskedLines(secret)
  if (kind === 'address') return maskedAddress(secret)
  return secret.length < SHOWN_OF_CHARS_MIN ? MASK : `${MASK} ${secret.slice(-4)}`
}

/** For what a remote repeats, where no schema is at hand: an address keeps its origin only. */
export function maskInText(secret: string): string {
  return maskOf(secret, isAddress(secret) ? 'address' : undefined)
}

/** An address without path and query tells nothing that its mask does not. */
export function isOrigin(secret: string): boolean {
  const url = isAddress(secret) ? URL.parse(secret) : null
  return url !== null && url.pathname === '/' && url.search === ''
}

const isAddress = (text: string): boolean => /^https?:\/\//i.test(text)

/** `stored`: the clear value before. What is not masked stays as it is given. */
export function unmasked(given: unknown, stored: unknown, kind?: MaskKind): unknown {
  if (typeof given !== 'string' || !isMask(given, kind)) return given
  // A mask that is not of what is stored was changed by hand: the schema refuses it.
  if (kind === 'address') return given === maskOf(stored, kind) ? stored : given
  if (kind !== 'header_lines' || given.startsWith(MASK)) return stored
  const before = new Map(linesOf(stored).map((line) => [nameOf(line), line]))
  return linesOf(given)
    .map((line) => (isMaskedLine(line) ? (before.get(nameOf(line)) ?? line) : line))
    .join('\n')
}

function isMask(value: string, kind: MaskKind): boolean {
  if (value.startsWith(MASK)) return true
  if (kind === 'address') return value.endsWith(ADDRESS_REST)
  return kind === 'header_lines' && linesOf(value).some(isMaskedLine)
}

function maskedAddress(text: string): string {
  const url = URL.parse(text)
  return url ? `${url.origin}${ADDRESS_REST}` : MASK
}

/** A line without a name is hidden whole. */
function maskedLines(text: string): string {
  return linesOf(text)
    .map((line) => (line.includes(':') ? `${line.slice(0, line.indexOf(':'))}: ${MASK}` : MASK))
    .join('\n')
}

function linesOf(text: unknown): string[] {
  const lines = typeof text === 'string' ? text.split(/\r?\n/) : []
  return lines.map((line) => line.trim()).filter((line) => line !== '')
}

const nameOf = (line: string): string => line.slice(0, line.indexOf(':')).trim().toLowerCase()

const isMaskedLine = (line: string): boolean => line.endsWith(`: ${MASK}`)
