/** The last 24 hours of a destination as small bars; the sums stand beside it in numbers. */
import type { DestinationShown } from '../../api/types.ts'
import { formatBucket, formatCount } from '../format.ts'
import classes from './destinations.module.css'

type Hour = DestinationShown['status']['hours'][number]

const HOUR_S = 3600
const HOURS = 24
const KINDS = ['delivered', 'rejected', 'retried'] as const

export function HourBars({ hours }: { hours: readonly Hour[] }) {
  const bars = lastHours(hours, Date.now() / 1000)
  const most = Math.max(1, ...bars.map(sumOf))
  return (
    <div>
      <dt>Per hour, the last 24 hours</dt>
      <dd className={classes.bars} aria-hidden="true">
        {bars.map((hour) => (
          <span key={hour.time} className={classes.bar} title={wordsOf(hour)}>
            {KINDS.map((kind) => (
              <span
                key={kind}
                data-kind={kind}
                style={{ height: `${(100 * hour[kind]) / most}%` }}
              />
            ))}
          </span>
        ))}
      </dd>
    </div>
  )
}

export function sumOfHours(hours: readonly Hour[], kind: (typeof KINDS)[number]): number {
  return hours.reduce((sum, hour) => sum + hour[kind], 0)
}

/** This hour so far; 0 when nothing was. */
export function thisHour(hours: readonly Hour[]): number {
  const nowS = Date.now() / 1000
  return hours.find(({ time }) => time === Math.floor(nowS / HOUR_S) * HOUR_S)?.delivered ?? 0
}

function lastHours(hours: readonly Hour[], nowS: number): Hour[] {
  const last = Math.floor(nowS / HOUR_S) * HOUR_S
  return Array.from({ length: HOURS }, (_, index) => {
    const time = last - (HOURS - 1 - index) * HOUR_S
    const none = { time, delivered: 0, rejected: 0, retried: 0 }
    return hours.find((hour) => hour.time === time) ?? none
  })
}

const sumOf = ({ delivered, rejected, retried }: Hour): number => delivered + rejected + retried

const wordsOf = (hour: Hour): string =>
  `From ${formatBucket(hour.time, 'hour')}: ${formatCount(hour.delivered)} delivered, ` +
  `${formatCount(hour.rejected)} rejected, ${formatCount(hour.retried)} tries failed`
