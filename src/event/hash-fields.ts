/**
 * Who bought, as a shop or a file names them in clear, hashed at once: for what is kept of an order
 * and is no event (yet). Pure. Used by sources/inbox/ and reconcile/.
 */
import { callingCode } from './calling-code.ts'
import type { Dataset } from './dataset.ts'
import { hashUserData } from './hash.ts'
import { Report } from './parse-report.ts'
import { readUserData } from './parse-user-data.ts'
import type { UserData } from './shape.ts'

/** Undefined where nothing of it names anybody. */
export function hashFields(
  fields: { readonly [key: string]: string | readonly string[] },
  dataset: Pick<Dataset, 'builder_forms' | 'default_country'>,
  sha256: (text: string) => string,
): UserData | undefined {
  // As of an event, with its bounds and checks; what they note has no place to stand here.
  const source = { userData: fields, visitor: undefined, eventTime: 0 }
  const raw = readUserData(source, new Report(0, false))
  const code = callingCode(dataset.default_country)
  const { userData } = hashUserData(raw, {
    builderForms: dataset.builder_forms,
    ...(code ? { defaultCallingCode: code } : {}),
    sha256,
  })
  return Object.keys(userData).length > 0 ? userData : undefined
}
