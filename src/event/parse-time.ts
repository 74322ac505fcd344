/** Reads event_time: which moment the sender meant, and whether Meta (still, already) takes it. */
import { EVENT_AGE_PHYSICAL_STORE_S_MAX, EVENT_AGE_S_MAX, EVENT_FUTURE_S_MAX } from './bounds.ts'
import type { Report } from './parse-report.ts'
import { isAbsent } from './parse-scalars.ts'
import type { ActionSource } from './shape.ts'

const KEY = 'event_time'
const FIX = 'send whole unix seconds, such as Math.floor(Date.now() / 1000).'

/** Unix seconds. Milliseconds, fractions and ISO dates are converted in `lenient` mode. */
export function readEventTime(value: unknown, report: Report): number | undefined {
  if (typeof value === 'number' && Number.isInteger(value) && value < MILLISECONDS_FROM) {
    return value + 0
  }
  if (isAbsent(value)) {
    report.refuse('missing_event_time', KEY, `is missing: ${FIX}`)
    return undefined
  }
  const read = typeof value === 'string' ? fromText(value.trim()) : fromNumber(value)
  if (!read) {
    report.refuse('invalid_parameter', KEY, `is not a time: ${FIX}`)
    return undefined
  }
  const { seconds, was } = read
  if (report.strict && was !== TEXT) {
    const reason = was === MILLISECONDS ? 'event_in_future' : 'invalid_parameter'
    report.refuse(reason, KEY, `is ${was}: ${FIX}`)
  }
  report.note('event_time_repaired', KEY, `was ${was}`)
  return seconds
}

/** Meta looks at the time before it looks at the match keys. */
export function checkAge(
  eventTime: number,
  actionSource: ActionSource,
  { nowMs, report }: { readonly nowMs: number; readonly report: Report },
): void {
  const ageS = Math.floor(nowMs / 1000) - eventTime
  const isStore = actionSource === 'physical_store'
  const maxS = isStore ? EVENT_AGE_PHYSICAL_STORE_S_MAX : EVENT_AGE_S_MAX
  if (ageS > maxS) {
    const days = `${(ageS / 86_400).toFixed(1)} days ago; ${maxS / 86_400} are the most`
    report.refuse('event_too_old', KEY, `is ${days} for action_source ${actionSource}.`)
  } else if (-ageS > EVENT_FUTURE_S_MAX) {
    const ahead = `${-ageS} seconds ahead of our clock; ${EVENT_FUTURE_S_MAX} are the most`
    report.refuse('event_in_future', KEY, `is ${ahead}: check clock and time zone.`)
  }
}

interface Reading {
  readonly seconds: number
  readonly was: string
}

/** As seconds the year 5138; as milliseconds 1973. */
const MILLISECONDS_FROM = 1e11
const MICROSECONDS_FROM = 1e14
const MICROSECONDS_TO = 1e17
const TEXT = 'text'
const MILLISECONDS = 'in milliseconds'

function fromNumber(value: unknown): Reading | undefined {
  if (typeof value !== 'number' || !(Math.abs(value) < MICROSECONDS_TO)) return undefined
  if (value >= MICROSECONDS_FROM) {
    return { seconds: Math.floor(value / 1e6), was: 'in microseconds' }
  }
  if (value >= MILLISECONDS_FROM) return { seconds: Math.floor(value / 1000), was: MILLISECONDS }
  return { seconds: Math.floor(value), was: 'with a fraction' }
}

const ISO_DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i

function fromText(text: string): Reading | undefined {
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    const number = Number(text)
    const whole = Number.isInteger(number) && number < MILLISECONDS_FROM
    return whole ? { seconds: number, was: TEXT } : fromNumber(number)
  }
  const date = ISO_DATE.exec(text)
  if (!date) return undefined
  // Without a zone it is UTC, as everything here; Date.parse would take the server's own zone.
  const zoned = text.length > 10 && !date[1] ? `${text}Z` : text
  const ms = Date.parse(zoned.replace(' ', 'T'))
  return Number.isNaN(ms) ? undefined : { seconds: Math.floor(ms / 1000), was: 'an ISO date' }
}
