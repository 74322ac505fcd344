/**
 * One thing that happened in the shop, said twice: `browserCall` for the pixel in the page and
 * `serverEvent` for the Conversions API. Both are made from the same Report, so they share the
 * event id. Personal data is normalised and hashed here; nothing in clear goes further.
 */
import { createHash } from 'node:crypto'
// A shop of your own installs this with `npm install twofold`.
import { eventId } from '../../src/event/ids.ts'
import { BAG_GRAMS, type Coffee, CURRENCY } from './catalogue.ts'
import { type Html, html, scriptJson } from './html.ts'

export type ReportName = 'PageView' | 'ViewContent' | 'AddToCart' | 'InitiateCheckout' | 'Purchase'

export interface Report {
  readonly name: ReportName
  readonly eventId: string
  readonly atMs: number
  readonly url: string
  readonly customData: { readonly [key: string]: unknown }
}

/** user_data keys of a shopper, each a SHA-256 in hex. */
export interface ShopperHashes {
  readonly [key: string]: string
}

export interface Line {
  readonly coffee: Coffee
  readonly bags: number
}

/** `parts` must name the action so that doing it again gives another id, and a retry the same. */
export function report(
  name: ReportName,
  parts: readonly string[],
  about: { atMs: number; url: string; lines?: readonly Line[]; orderNumber?: string },
): Report {
  const { lines, orderNumber } = about
  return {
    name,
    eventId: eventId(name, ...parts),
    atMs: about.atMs,
    url: about.url,
    customData: {
      ...(lines ? aboutLines(lines) : {}),
      ...(orderNumber ? { order_id: orderNumber } : {}),
    },
  }
}

/** The browser leg. `id` is the report's own, unless the shop forgot to share it. */
export function browserCall(said: Report, id: string): Html {
  return html`fbq('track','${said.name}',${scriptJson(said.customData)},${scriptJson({ eventID: id })});`
}

/** The server leg, as the Conversions API takes it. */
export function serverEvent(
  said: Report,
  shopper: {
    hashes: ShopperHashes
    ip: string | undefined
    userAgent: string | undefined
    fbp: string | undefined
    fbc: string | undefined
  },
): { readonly [key: string]: unknown } {
  const hashed = Object.entries(shopper.hashes).map(([key, hash]) => [key, [hash]])
  return {
    event_name: said.name,
    event_time: Math.floor(said.atMs / 1000),
    event_id: said.eventId,
    action_source: 'website',
    event_source_url: said.url,
    user_data: {
      ...Object.fromEntries(hashed),
      // JSON leaves out what is undefined: no cookie, no key.
      client_ip_address: shopper.ip,
      client_user_agent: shopper.userAgent,
      fbp: shopper.fbp,
      fbc: shopper.fbc,
    },
    custom_data: said.customData,
  }
}

/** Calling codes of the countries the shop ships to. */
export const COUNTRIES = {
  AT: { name: 'Austria', callingCode: '43' },
  CH: { name: 'Switzerland', callingCode: '41' },
  DE: { name: 'Germany', callingCode: '49' },
  FR: { name: 'France', callingCode: '33' },
  GB: { name: 'United Kingdom', callingCode: '44' },
  NL: { name: 'Netherlands', callingCode: '31' },
  US: { name: 'United States', callingCode: '1' },
} as const

export interface Shopper {
  readonly firstName: string
  readonly lastName: string
  readonly email: string
  readonly phone: string
  readonly street: string
  readonly postcode: string
  readonly city: string
  readonly country: keyof typeof COUNTRIES
}

/** Normalised as Meta documents, then hashed: the shop's own copy is the last one in clear. */
export function hashShopper(shopper: Shopper): ShopperHashes {
  const clear = {
    em: shopper.email.trim().toLowerCase(),
    ph: phoneDigits(shopper.phone, COUNTRIES[shopper.country].callingCode),
    fn: letters(shopper.firstName),
    ln: letters(shopper.lastName),
    ct: letters(shopper.city).replace(/\s/g, ''),
    zp: shopper.postcode.toLowerCase().replace(/[\s-]/g, ''),
    country: shopper.country.toLowerCase(),
  }
  return Object.fromEntries(
    Object.entries(clear)
      .filter(([, value]) => value !== '')
      .map(([key, value]) => [key, sha256(value)]),
  )
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const letters = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\s]/gu, '')

/** Digits with the country code: a leading 0 is the national prefix, 00 the international one. */
function phoneDigits(phone: string, callingCode: string): string {
  const digits = phone.replace(/\D/g, '')
  if (phone.trim().startsWith('+') || digits === '') return digits
  if (digits.startsWith('00')) return digits.slice(2)
  return callingCode + digits.replace(/^0/, '')
}

function aboutLines(lines: readonly Line[]): { [key: string]: unknown } {
  const cents = lines.reduce((sum, { coffee, bags }) => sum + coffee.priceCents * bags, 0)
  return {
    content_type: 'product',
    content_ids: lines.map(({ coffee }) => coffee.sku),
    content_name: lines.map(({ coffee }) => `${coffee.name} ${BAG_GRAMS} g`).join(', '),
    contents: lines.map(({ coffee, bags }) => ({
      id: coffee.sku,
      quantity: bags,
      item_price: coffee.priceCents / 100,
    })),
    num_items: lines.reduce((sum, { bags }) => sum + bags, 0),
    value: cents / 100,
    currency: CURRENCY,
  }
}
