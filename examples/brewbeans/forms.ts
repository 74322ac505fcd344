/**
 * Forms of the shop: reading a body with a bound, checking the checkout's fields, and the made-up
 * person who fills them. Called by shop.ts.
 */
import { COUNTRIES, type Shopper, sha256 } from './reports.ts'

const FORM_BYTES_MAX = 16 * 1024

/** The fields, or undefined when this is no urlencoded form or too large a one. */
export async function readForm(request: Request): Promise<URLSearchParams | undefined> {
  const type = request.headers.get('content-type') ?? ''
  if (!type.startsWith('application/x-www-form-urlencoded')) return undefined
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > FORM_BYTES_MAX) return undefined
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

/** Alma is nobody; her number is one of those kept free for fiction, her mail goes nowhere. */
export function sampleShopper(customerId: string): Shopper {
  return {
    firstName: 'Alma',
    lastName: 'Probst',
    // One address per visitor: two visitors are two people.
    email: `alma.probst.${sha256(customerId).slice(0, 6)}@example.com`,
    phone: '+49 30 23125 014',
    street: 'Musterstraße 7',
    postcode: '10115',
    city: 'Berlin',
    country: 'DE',
  }
}

const RULES: Record<Exclude<keyof Shopper, 'country'>, readonly [RegExp, string]> = {
  firstName: [/\p{L}/u, 'Please tell us your first name.'],
  lastName: [/\p{L}/u, 'Please tell us your last name.'],
  email: [/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'An e-mail address looks like name@example.com.'],
  phone: [/^\+?[\d\s()/.-]{6,30}$/, 'A phone number has digits, and + before a country code.'],
  street: [/\S/, 'We need a street to ship to.'],
  postcode: [/^[\p{L}\d\s-]{3,12}$/u, 'A postcode has 3 to 12 letters and digits.'],
  city: [/\p{L}/u, 'We need a city to ship to.'],
}
const FIELD_CHARS_MAX = 100

export function readShopper(form: URLSearchParams): {
  shopper: Shopper
  errors: ReadonlyMap<string, string>
} {
  const errors = new Map<string, string>()
  const read = (name: keyof typeof RULES): string => {
    const value = (form.get(name) ?? '').trim().slice(0, FIELD_CHARS_MAX)
    const [pattern, message] = RULES[name]
    if (!pattern.test(value)) errors.set(name, message)
    return value
  }
  const codes = Object.keys(COUNTRIES) as (keyof typeof COUNTRIES)[]
  const shopper: Shopper = {
    firstName: read('firstName'),
    lastName: read('lastName'),
    email: read('email'),
    phone: read('phone'),
    street: read('street'),
    postcode: read('postcode'),
    city: read('city'),
    country: codes.find((code) => code === form.get('country')) ?? 'DE',
  }
  return { shopper, errors }
}
