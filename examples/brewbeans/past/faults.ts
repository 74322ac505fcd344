/**
 * What goes wrong in the shop's reporting, and how often: one switch for each fault, all of them off
 * in a clean shop. Shares are of what they can strike (0 none, 1 every one). Read by all of past/.
 */
export interface Faults {
  /** Times the share of visitors who block the pixel, as devices.ts has it by browser. */
  readonly blockers: number
  /** Page loads on iOS whose report is cut off when the page is left. */
  readonly ios: number
  /** Thank-you pages inside apps that are closed before anything is reported. */
  readonly inApp: number
  /** Page loads that lose the network: reported hours later, or never. */
  readonly offlineLate: number
  readonly offlineLost: number
  /** Visitors from Europe who refuse: their browser reports nothing, their server reports are dropped. */
  readonly refusals: number
  /** Visitors from the US whose browser sends Global Privacy Control. */
  readonly gpc: number
  /** Visitors on iOS whose address is another one at each request. */
  readonly privateRelay: number
  /** The same report sent again under the same id. */
  readonly browserTwice: number
  readonly serverTwice: number
  /** Conversions whose two reports have ids of their own, or none on one side. */
  readonly otherId: number
  readonly noBrowserId: number
  readonly noServerId: number
  /** Sales with two ids whose browser report lacks the order number too: counted twice. */
  readonly noOrderId: number
  /**
   * Thank-you pages that are opened again later, or have the tag twice: each time the sale is
   * reported under an id that was made up at that moment.
   */
  readonly thanksAgain: number
  readonly tagTwice: number
  /** Server reports that wait up to 30 hours in a queue, or so long that they are refused. */
  readonly serverLate: number
  readonly serverTooLate: number
  /** Visits from a newsletter whose links carry the reader's e-mail address. */
  readonly personalUrls: number
  /** Sales outside of the euro that the browser reports in euro. */
  readonly wrongCurrency: number
  /** Sales that the browser reports without shipping. */
  readonly otherValue: number
  /** Visits in which a theme of old names products by ids that the feed does not have. */
  readonly oldProductIds: number
  /** Visitors whose clock is more than five minutes wrong. */
  readonly wrongClock: number
  /** Visits of crawlers, per visit of a person. */
  readonly bots: number
  /** Visits of a developer with a test code, per day. */
  readonly testVisits: number
  /** The server reports nothing for so long. */
  readonly serverDownHours: number
  /** The pixel is missing on all pages for so long. */
  readonly pixelGoneDays: number
  /** The server leaves the currency of its sales out for so long. */
  readonly noCurrencyDays: number
}

export const FAULTY: Faults = {
  blockers: 1,
  ios: 0.05,
  inApp: 0.4,
  offlineLate: 0.01,
  offlineLost: 0.006,
  refusals: 0.16,
  gpc: 0.06,
  privateRelay: 0.3,
  browserTwice: 0.06,
  serverTwice: 0.015,
  otherId: 0.05,
  noBrowserId: 0.05,
  noServerId: 0.03,
  noOrderId: 0.2,
  thanksAgain: 0,
  tagTwice: 0,
  serverLate: 0.03,
  serverTooLate: 0.001,
  personalUrls: 0.3,
  wrongCurrency: 0.12,
  otherValue: 0.03,
  oldProductIds: 0.03,
  wrongClock: 0.006,
  bots: 0.05,
  testVisits: 1.5,
  serverDownHours: 3,
  pixelGoneDays: 1,
  noCurrencyDays: 7,
}

/** Everything goes wrong at once, as in a shop that nobody has looked after for years. */
export const BROKEN: Faults = {
  ...FAULTY,
  otherId: 0.1,
  noBrowserId: 0.08,
  noServerId: 0.06,
  thanksAgain: 0.1,
  tagTwice: 0.06,
  bots: 0.15,
  testVisits: 6,
  serverDownHours: 16,
}

/** Nothing goes wrong: every action is reported by both sides, once, in time, under one id. */
export const CLEAN: Faults = {
  blockers: 0,
  ios: 0,
  inApp: 0,
  offlineLate: 0,
  offlineLost: 0,
  refusals: 0,
  gpc: 0,
  privateRelay: 0,
  browserTwice: 0,
  serverTwice: 0,
  otherId: 0,
  noBrowserId: 0,
  noServerId: 0,
  noOrderId: 0,
  thanksAgain: 0,
  tagTwice: 0,
  serverLate: 0,
  serverTooLate: 0,
  personalUrls: 0,
  wrongCurrency: 0,
  otherValue: 0,
  oldProductIds: 0,
  wrongClock: 0,
  bots: 0,
  testVisits: 0,
  serverDownHours: 0,
  pixelGoneDays: 0,
  noCurrencyDays: 0,
}

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** A fault that lasts: from inclusive, to exclusive. */
export interface Period {
  readonly what: 'server_down' | 'pixel_gone' | 'no_currency'
  readonly fromMs: number
  readonly toMs: number
}

/** Apart from one another, and each within the days there are. */
export function periodsOf(
  { serverDownHours, pixelGoneDays, noCurrencyDays }: Faults,
  { startMs, endMs, days }: { startMs: number; endMs: number; days: number },
): Period[] {
  const dayMs = (share: number): number => startMs + Math.floor(days * share) * DAY_MS
  const evening = 17 * HOUR_MS
  // In a short history, a short one.
  const currencyMs = Math.min(noCurrencyDays, Math.ceil(days / 8)) * DAY_MS
  const periods: Period[] = [
    { what: 'pixel_gone', fromMs: dayMs(0.38), toMs: dayMs(0.38) + pixelGoneDays * DAY_MS },
    {
      what: 'server_down',
      fromMs: dayMs(0.62) + evening,
      toMs: dayMs(0.62) + evening + serverDownHours * HOUR_MS,
    },
    { what: 'no_currency', fromMs: dayMs(0.75), toMs: dayMs(0.75) + currencyMs },
  ]
  return periods
    .map((period) => ({ ...period, toMs: Math.min(period.toMs, endMs) }))
    .filter(({ fromMs, toMs }) => fromMs < toMs)
}
