/** A moment in the reader's own time, with UTC on hover. */
import { formatClock, formatMoment, formatUtc } from '../format.ts'

const FORMATS = { clock: formatClock, moment: formatMoment }

export function Time({ ms, as = 'clock' }: { ms: number; as?: keyof typeof FORMATS }) {
  return (
    <time dateTime={new Date(ms).toISOString()} title={formatUtc(ms)}>
      {FORMATS[as](ms)}
    </time>
  )
}
