/**
 * Where a visitor is, as far as the law on consent asks: an ISO country (DE), a state of the USA
 * (US-CA), or a whole region (EEA, US) where a signal tells no more. Pure; consent.ts and the
 * decoders of consent strings call it. The EEA stands here with the United Kingdom and Switzerland.
 */

/** Rules name `eea`, `us`, `other`, a country or a state; `region` is what regionOf found. */
export function isInRegion(region: string | undefined, rule: string): boolean {
  const place = region ?? ''
  const wanted = rule.toUpperCase()
  const country = place.slice(0, 2)
  const isEea = place === 'EEA' || EEA.has(country)
  if (wanted === 'EEA') return isEea
  if (wanted === 'OTHER') return !isEea && country !== 'US'
  return place === wanted || country === wanted
}

/** A country or state as senders write it, in upper case; undefined for what is neither. */
export function readRegion(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim().toUpperCase().replace('_', '-') : ''
  if (text === 'UK') return 'GB'
  return /^(EEA|[A-Z]{2}(-[A-Z0-9]{1,3})?)$/.test(text) ? text : undefined
}

/** `Europe/Berlin`: EEA. Zones that law does not tell apart say nothing. */
export function regionOfTimezone(zone: unknown): string | undefined {
  if (typeof zone !== 'string') return undefined
  if (US_ZONES.test(zone)) return 'US'
  const isEea = zone.startsWith('Europe/') ? !OTHER_EUROPE.test(zone) : EEA_ISLANDS.test(zone)
  return isEea ? 'EEA' : undefined
}

/** A country in user_data, clear or as its SHA-256. Only places that rules name are recognised. */
export function regionOfCountry(
  value: string | undefined,
  sha256: (text: string) => string,
): string | undefined {
  if (!value) return undefined
  if (value.length !== 64) return readRegion(value)
  if (countryByHash.size === 0) {
    for (const country of [...EEA, 'US']) {
      countryByHash.set(sha256(country.toLowerCase()), country)
    }
  }
  return countryByHash.get(value.toLowerCase())
}

const countryByHash = new Map<string, string>()

/** European Union, Iceland, Liechtenstein, Norway; United Kingdom, Switzerland. */
const EEA: ReadonlySet<string> = new Set(
  (
    'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE ' +
    'IS LI NO GB CH'
  ).split(' '),
)

const zones = (names: string): string => names.split(' ').join('|')

/** Cities of the zones Europe/... that lie outside of the EEA, UK and Switzerland. */
const OTHER_EUROPE = new RegExp(
  `/(${zones(
    'Istanbul Moscow Minsk Kiev Kyiv Uzhgorod Zaporozhye Chisinau Tiraspol Belgrade Sarajevo ' +
      'Podgorica Skopje Tirane Kaliningrad Samara Saratov Simferopol Volgograd Ulyanovsk ' +
      'Astrakhan Kirov',
  )})$`,
)
const EEA_ISLANDS = /^(Atlantic\/(Reykjavik|Canary|Madeira|Azores)|Asia\/(Nicosia|Famagusta))$/
const US_ZONES = new RegExp(
  `^(US/.+|Pacific/Honolulu|America/((Kentucky|Indiana|North_Dakota)/.+|${zones(
    'New_York Detroit Chicago Menominee Denver Boise Phoenix Los_Angeles Anchorage Juneau Sitka ' +
      'Metlakatla Yakutat Nome Adak',
  )}))$`,
)
