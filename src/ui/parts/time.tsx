/** A moment in the reader's own time, or in the zone that is given; with UTC on hover. */
import { formatClock, formatMoment, formatUtc } from '../format.ts'

const FORMATS = { clock: formatClock, moment: formatMoment }

interface TimeProps {
  readonly ms: number
  readonly as?: keyof typeof FORMATS
  /** Only of a `moment`. */
  readonly zone?: string
}

export function Time({ ms, as = 'clock', zone }: TimeProps) {
  return (
    <time dateTime={new Date(ms).toISOString()} title={formatUtc(ms)}>
      {FORMATS[as](ms, zone)}
    </time>
  )
}
