/**
 * One event id from what both sides know (the order number, the lead's id), so that browser and
 * server agree without talking. docs/event-ids.md tells users how, and how to make the same id in
 * other languages. Shared by the pixel (fbq.eventId), the server and conformance/ids.json.
 */
import { sha256 } from './sha256.ts'

/** Longer ids keep this many characters at the front for the eye, then get a digest. */
const READABLE_CHARS = 100
const ID_CHARS_MAX = 200

/**
 * `eventId('Purchase', 17)` -> `purchase:17`. Different actions or parts give different ids;
 * spaces around a part, its type (17 or "17") and capitals of the action make no difference.
 * A missing part gives '', which stands for "no id": an id made of `undefined` would be the same
 * for every order, and every order but one would be taken for a duplicate.
 */
export function eventId(action: string, ...parts: readonly unknown[]): string {
  const texts = [String(action).toLowerCase(), ...parts.map(String)].map((text) => text.trim())
  if (!parts.length || texts.some((text) => MISSING.test(text))) return ''
  const id = texts.map(escaped).join(':')
  return id.length > ID_CHARS_MAX ? `${id.slice(0, READABLE_CHARS)}=${sha256(id)}` : id
}

const MISSING = /^(undefined|null|nan|\[object .*)?$/i

/**
 * Percent-encoding of RFC 3986: letters, digits and `-._~` stay, so neither `:` nor `=` can come
 * out of a part. encodeURIComponent leaves five more characters and throws on half a surrogate.
 */
const escaped = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
