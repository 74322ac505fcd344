/**
 * Who bought, as a shop or a file names them in clear, hashed at once: for what is kept of an order
 * and is no event (yet). Pure. Used by sources/inbox/ and reconcile/.
 */
import { callingCode } from './calling-code.ts'
import type { Dataset } from './dataset.ts'
import { hashUserData } from './hash.ts'
import type { RawUserData, UserData } from './shape.ts'

/** Undefined where nothing of it names anybody. */
export function hashFields(
  fields: { readonly [key: string]: string | readonly string[] },
  dataset: Pick<Dataset, 'builder_forms' | 'default_country'>,
  sha256: (text: string) => string,
): UserData | undefined {
  const raw = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === 'string' && !CLEAR.has(key) ? [value] : value,
    ]),
  ) as unknown as RawUserData
  const code = callingCode(dataset.default_country)
  const { userData } = hashUserData(raw, {
    builderForms: dataset.builder_forms,
    ...(code ? { defaultCallingCode: code } : {}),
    sha256,
  })
  return Object.keys(userData).length > 0 ? userData : undefined
}

/** Meta's keys that are texts and never hashed. */
const CLEAR: ReadonlySet<string> = new Set([
  ...['client_ip_address', 'client_user_agent', 'fbc', 'fbp', 'subscription_id', 'fb_login_id'],
  ...['lead_id', 'madid', 'anon_id', 'ctwa_clid', 'page_id', 'page_scoped_user_id'],
  ...['ig_account_id', 'ig_sid', 'whatsapp_business_account_id', 'partner_id', 'partner_name'],
])
