/**
 * The keys of user_data that Meta documents as never hashed, by name and as a list: shape.ts has
 * types only. What is checked of each value, parse-user-data.ts says.
 */
import type { ClearKey } from './shape.ts'

/** A record, so that a key which is missing here does not compile. */
const KEYS: Readonly<Record<ClearKey, true>> = {
  client_ip_address: true,
  client_user_agent: true,
  fbc: true,
  fbp: true,
  subscription_id: true,
  fb_login_id: true,
  lead_id: true,
  madid: true,
  anon_id: true,
  ctwa_clid: true,
  page_id: true,
  page_scoped_user_id: true,
  ig_account_id: true,
  ig_sid: true,
  whatsapp_business_account_id: true,
  partner_id: true,
  partner_name: true,
}

export const isClearKey = (key: string): key is ClearKey => Object.hasOwn(KEYS, key)

/** In the order of columns. */
export const clearKeys = (): readonly ClearKey[] => Object.keys(KEYS) as ClearKey[]
