/**
 * user_data of a shopper from what an order says of them, in clear: ingest hashes it. National
 * phone numbers are completed by the country of the address, which the dataset cannot know. Used by
 * the sources.
 */
import { callingCode } from '../event/calling-code.ts'
import { normalisePhone } from '../event/normalise-phone.ts'
import type { UserFields } from './source.ts'
import { present } from './tree.ts'

export interface Person {
  readonly email?: string | undefined
  readonly phone?: string | undefined
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  /** First and last in one; used where those are not known apart. */
  readonly name?: string | undefined
  readonly city?: string | undefined
  readonly state?: string | undefined
  readonly zip?: string | undefined
  /** ISO 3166 alpha-2. */
  readonly country?: string | undefined
  /** Whatever names the shopper: the visitor the page knows, the customer the shop knows. */
  readonly externalIds?: readonly (string | undefined)[]
  readonly ip?: string | undefined
  readonly userAgent?: string | undefined
  readonly fbp?: string | undefined
  readonly fbc?: string | undefined
}

export function userDataOf(person: Person): UserFields {
  const [first, last] = namesOf(person)
  const list = (text: string | undefined): readonly string[] | undefined =>
    text === undefined || text.trim() === '' ? undefined : [text.trim()]
  return present({
    em: list(person.email),
    ph: list(phoneOf(person)),
    fn: list(first),
    ln: list(last),
    ct: list(person.city),
    st: list(person.state),
    zp: list(person.zip),
    country: list(person.country?.toLowerCase()),
    external_id: [...new Set(person.externalIds?.filter((id) => id !== undefined))],
    client_ip_address: person.ip?.trim(),
    client_user_agent: person.userAgent?.trim(),
    fbp: person.fbp,
    fbc: person.fbc,
  }) as UserFields
}

function namesOf({ firstName, lastName, name }: Person): readonly (string | undefined)[] {
  if (firstName || lastName || !name) return [firstName, lastName]
  const parts = name.trim().split(/\s+/)
  if (parts.length === 1) return [parts[0]]
  return [parts.slice(0, -1).join(' '), parts.at(-1)]
}

function phoneOf({ phone, country }: Person): string | undefined {
  if (phone === undefined || /^\D*(\+|00)/.test(phone)) return phone
  const code = callingCode(country ?? null)
  const [digits] = code ? normalisePhone(phone, code) : []
  return digits ? `+${digits}` : phone
}
