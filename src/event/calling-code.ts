/**
 * The calling code of a country, from libphonenumber's tables. For the server only: the pixel gets
 * the digits inside its settings. Completing numbers is normalise-phone.ts, shared by both.
 */
import { getCountryCallingCode, isSupportedCountry } from 'libphonenumber-js/min'

/** "DE" -> "49"; undefined for null and for what is no country. */
export function callingCode(country: string | null): string | undefined {
  const code = country?.toUpperCase()
  return code && isSupportedCountry(code) ? getCountryCallingCode(code) : undefined
}
