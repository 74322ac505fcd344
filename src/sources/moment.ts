/** Moments as platforms write them, as unix seconds. Used by the sources. */

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,]\d+)?\s*(Z|[+-]\d\d:?\d\d)?)?$/i

/**
 * ISO 8601, RFC 2822, unix seconds or milliseconds. A date without a zone is UTC, as the platforms
 * mean it. Undefined for anything else.
 */
export function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{9,17}(\.\d+)?$/.test(text)) {
    const number = Number(text)
    if (number > 1e14) return Math.floor(number / 1e6)
    return Math.floor(number > 1e11 ? number / 1000 : number)
  }
  const [, date, time = '00:00:00', zone = 'Z'] = ISO.exec(text) ?? []
  const isRfc = /^[A-Z][a-z]{2},? \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/.test(text)
  const form = date ? `${date}T${time}${zone.toUpperCase()}` : isRfc ? text : undefined
  const ms = form === undefined ? Number.NaN : Date.parse(form)
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000)
}

const DAYS_6_S = 6 * 86_400

/**
 * When the shopper acted, unless that is longer ago than destinations take events: an order that is
 * paid later counts at the moment of its payment. Without either, when the delivery came.
 */
export function momentOf(
  acted: number | undefined,
  paid: number | undefined,
  receivedMs: number,
): number {
  const nowS = Math.floor(receivedMs / 1000)
  if (acted !== undefined && nowS - acted <= DAYS_6_S) return acted
  return paid ?? acted ?? nowS
}
