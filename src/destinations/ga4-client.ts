/**
 * Google Analytics' ids of browser and session, as the page passed them (the values of the cookies
 * `_ga` and `_ga_<stream>`), or a client id derived from what else names the browser or the person:
 * the same at every event, two positive numbers joined by a dot. Pure; used by the mapping.
 */
import { parseFbp } from '../event/fbp-fbc.ts'
import { textOf } from './ads-event.ts'
import type { OutboundEvent } from './destination.ts'

/** Undefined when there is nothing to make one of. */
export function clientIdOf(outbound: OutboundEvent, derive: boolean): string | undefined {
  const passed = textOf(outbound.event.custom_data?.ga_client_id)
  const own = /^(?:GA\d\.\d+\.)?(\d{1,20}\.\d{1,20})$/.exec(passed?.trim() ?? '')?.[1]
  if (own) return own
  if (!derive) return undefined
  const { fbp, external_id } = outbound.event.user_data
  return (fbp && fromFbp(fbp)) ?? (external_id?.[0] && fromHash(external_id[0]))
}

/** From `_ga_<stream>`, in its old form (GS1.1.<id>.) and its new one (GS2.1.s<id>$), or the id. */
export function sessionIdOf({ event }: OutboundEvent): string | undefined {
  const passed = textOf(event.custom_data?.ga_session_id)?.trim() ?? ''
  return /^(?:GS\d\.\d\.s?)?(\d{1,15})(?:[.$].*)?$/.exec(passed)?.[1]
}

/** _fbp is made as _ga is: a random number and the time of the first visit. */
function fromFbp(fbp: string): string | undefined {
  const id = parseFbp(fbp)
  const number = id && /^0*([1-9]\d{0,19})$/.exec(id.payload)?.[1]
  return number && `${number}.${Math.max(1, Math.floor(id.createdAtMs / 1000))}`
}

/** 62 of the 256 bits: enough to keep apart, too few to find the person's hash again. */
function fromHash(hash: string): string {
  const [high, low] = [hash.slice(0, 8), hash.slice(8, 16)].map((hex) => parseInt(hex, 16) >>> 1)
  return `${(high ?? 0) + 1}.${(low ?? 0) + 1}`
}
