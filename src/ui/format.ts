/**
 * Numbers, money and times as a person reads them, by the browser's own locale. Pure but for the
 * locale and time zone of the machine.
 */

const whole = new Intl.NumberFormat()
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 })

export const formatCount = (n: number): string => whole.format(n)

/** "1 event", "12 events". */
export const countOf = (n: number, one: string, many = `${one}s`): string =>
  `${whole.format(n)} ${n === 1 ? one : many}`

/** Share of a whole; a tiny share is never shown as none, and an almost full one never as all. */
export function formatShare(part: number, all: number): string {
  if (all === 0) return '–'
  const share = part / all
  if (share > 0 && share < 0.01) return '<1%'
  if (share < 1 && share > 0.99) return '>99%'
  return percent.format(share)
}

/**
 * An exact decimal ("1204.90") with its currency. The text goes to Intl as it is, so a sum beyond
 * what a double can hold keeps every digit. The locale is the reader's unless given.
 */
export function formatMoney(value: string | number, currency: string, locale?: string): string {
  const text = String(value)
  const decimals = text.split('.')[1]?.length ?? 0
  try {
    const usual = new Intl.NumberFormat(locale, { style: 'currency', currency })
    const usualDecimals = usual.resolvedOptions().maximumFractionDigits ?? 2
    if (decimals <= usualDecimals) return usual.format(text as Intl.StringNumericLiteral)
    return new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      maximumFractionDigits: decimals,
    }).format(text as Intl.StringNumericLiteral)
  } catch {
    return `${text} ${currency}`
  }
}

/** An estimate in whole units: cents would claim to know more. */
export function formatAbout(whole: string, currency: string, locale?: string): string {
  try {
    const options = { style: 'currency', currency, maximumFractionDigits: 0 } as const
    return new Intl.NumberFormat(locale, options).format(whole as Intl.StringNumericLiteral)
  } catch {
    return `${whole} ${currency}`
  }
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const exact = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
})
const SHAPES = {
  hour: { hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  moment: {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

const shaped = new Map<string, Intl.DateTimeFormat>()

/** In a time zone, or the reader's own. To make a format takes longer than to use it. */
function inZone(shape: keyof typeof SHAPES, zone: string | undefined): Intl.DateTimeFormat {
  const name = `${shape} ${zone}`
  const known = shaped.get(name)
  if (known) return known
  const made = new Intl.DateTimeFormat(undefined, {
    ...SHAPES[shape],
    ...(zone === undefined ? {} : { timeZone: zone }),
  })
  shaped.set(name, made)
  return made
}

/** Of the reader's machine. */
export const READER_ZONE = new Intl.DateTimeFormat().resolvedOptions().timeZone

export const formatClock = (ms: number): string => clock.format(ms)
export const formatExact = (ms: number): string => exact.format(ms)
export const formatMoment = (ms: number, zone?: string): string => inZone('moment', zone).format(ms)

/** Axis label of a bucket that starts at this second. */
export const formatBucket = (second: number, step: 'hour' | 'day', zone?: string): string =>
  inZone(step, zone).format(second * 1000)

/** For the tooltip beside every local time. */
export const formatUtc = (ms: number): string =>
  `${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')} UTC`

/** How much later a second copy came: "+340 ms", "+12.4 s", "+3 min". */
export function formatDelay(ms: number): string {
  const sign = ms < 0 ? '−' : '+'
  const size = Math.abs(ms)
  if (size < 1000) return `${sign}${Math.round(size)} ms`
  if (size < 60_000) return `${sign}${(size / 1000).toFixed(1)} s`
  if (size < 3_600_000) return `${sign}${Math.round(size / 60_000)} min`
  return `${sign}${(size / 3_600_000).toFixed(1)} h`
}

/** How long something lasts, roughly: "8 s", "3 min", "2 h", "4 days". */
export function formatAge(ms: number): string {
  if (ms < 60_000) return `${Math.max(0, Math.round(ms / 1000))}\u00a0s`
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)}\u00a0min`
  if (ms < 2 * 86_400_000) return `${Math.round(ms / 3_600_000)}\u00a0h`
  return `${Math.round(ms / 86_400_000)}\u00a0days`
}
