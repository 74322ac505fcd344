/** One page view, reported twice within seconds. */
import type { Leg, StoredEvent } from '../../../event/shape.ts'
import type { Check, Hit } from '../check.ts'
import { legsOf } from '../shared-value.ts'
import { ONCE } from '../snippets/once.ts'
import { share } from '../words.ts'

const APART_S = 2
const PAIRS_MIN = 15
const SHARE_MIN = 0.3

export const doublePixel: Check = {
  code: 'double_pixel',
  title: 'Pages are reported twice',
  severity: 'warning',
  about:
    'The same visitor views the same page twice within two seconds, under two ids: the snippet stands twice on the page, for example in the theme and in a tag manager.',
  fix: 'Search the source of a page for p.js, fbevents and fbq("init", and keep one of them.',
  snippets: ONCE,
  trigger: ({ sample, nowMs }): Hit[] => {
    const views = sample.filter(({ legs: [{ event, envelope, verdict }] }) => {
      const isView = event.event_name === 'PageView' && envelope.channel === 'browser'
      return isView && verdict === 'accepted' && event.user_data.fbp !== undefined
    })
    const twice = views.filter((event) => hasDouble(event, views))
    if (twice.length < 2 * PAIRS_MIN || twice.length < SHARE_MIN * views.length) return []
    const oldest = Math.min(...views.map(({ legs: [leg] }) => leg.envelope.received_at_ms))
    const seqs = new Set(twice.map(({ legs: [{ seq }] }) => seq))
    return [
      {
        subject: { event_name: 'PageView', side: 'browser' },
        affected: twice.length,
        total: views.length,
        hours: Math.max(1, Math.ceil((nowMs - oldest) / 3_600_000)),
        words: `${share(twice.length, views.length)} of the newest page views have a double within ${APART_S} seconds.`,
        picks: (event) => legsOf(event, 'browser').some(({ seq }) => seqs.has(seq)),
      },
    ]
  },
}

function hasDouble({ legs: [own] }: StoredEvent, views: readonly StoredEvent[]): boolean {
  return views.some(({ legs: [other] }) => other.seq !== own.seq && isDouble(own, other))
}

function isDouble(a: Leg, b: Leg): boolean {
  return (
    a.event.user_data.fbp === b.event.user_data.fbp &&
    a.event.event_source_url === b.event.event_source_url &&
    Math.abs(a.event.event_time - b.event.event_time) <= APART_S
  )
}
