/**
 * The event names Meta documents, and which of them are browsing. Pure lists; the store indexes
 * single rows only for what is not browsing, reports use the standard names for ordering.
 */

/** Meta's standard events, PageView first. */
export const STANDARD_EVENTS = [
  'PageView',
  'AddPaymentInfo',
  'AddToCart',
  'AddToWishlist',
  'CompleteRegistration',
  'Contact',
  'CustomizeProduct',
  'Donate',
  'FindLocation',
  'InitiateCheckout',
  'Lead',
  'Purchase',
  'Schedule',
  'Search',
  'StartTrial',
  'SubmitApplication',
  'Subscribe',
  'ViewContent',
] as const

export type StandardEvent = (typeof STANDARD_EVENTS)[number]

/** The standard events of which a visit makes many and a person looks up none in particular. */
export const BROWSING_EVENTS: readonly string[] = [
  'PageView',
  'ViewContent',
  'Search',
  'AddToCart',
  'AddToWishlist',
  'CustomizeProduct',
  'FindLocation',
]

const standard: ReadonlySet<string> = new Set(STANDARD_EVENTS)
const browsing: ReadonlySet<string> = new Set(BROWSING_EVENTS)

export const isStandardEvent = (name: string): name is StandardEvent => standard.has(name)

/** True for names too frequent to index one by one; everything else counts as a conversion. */
export const isBrowsing = (name: string): boolean => browsing.has(name)
