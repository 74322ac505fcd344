/**
 * What an event tells about the person, as one small number: a bit for each kind of customer
 * information that can help to match it. Counted per event by ingest, so that quality/ can compute
 * any score of a window exactly; which kind is worth what is decided there and not here. Pure.
 */
import type { ServerEvent, UserData } from './shape.ts'

/**
 * The kinds, in the order of their bits: append only, for counters are kept by the number. name:
 * first and last name. place: postcode, city or birth date. geo: country, state or gender.
 */
export const MATCH_KINDS = [
  'em',
  'ph',
  'external_id',
  'fbc',
  'fbp',
  'ip',
  'ua',
  'name',
  'place',
  'geo',
] as const

export type MatchKind = (typeof MATCH_KINDS)[number]

export const bitOf = (kind: MatchKind): number => 1 << MATCH_KINDS.indexOf(kind)

/** Numbers below this can occur: the bound of the counters `match:<mask>`. */
export const MATCH_MASKS_MAX = 1 << MATCH_KINDS.length

/** Written out, because it runs once for every event: a loop over names costs ten times as much. */
export function matchMask({ user_data: user }: ServerEvent<UserData>): number {
  let mask = 0
  if (user.em) mask |= 1
  if (user.ph) mask |= 2
  if (user.external_id) mask |= 4
  if (user.fbc) mask |= 8
  if (user.fbp) mask |= 16
  if (user.client_ip_address) mask |= 32
  if (user.client_user_agent) mask |= 64
  if (user.fn && user.ln) mask |= 128
  if (user.zp || user.ct || user.db) mask |= 256
  if (user.country || user.st || user.ge) mask |= 512
  return mask
}
