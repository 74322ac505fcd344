/** A new browser cookie with every report of the same visitor. */
import type { Leg } from '../../../event/shape.ts'
import type { Check, Hit } from '../check.ts'
import { AFFECTED_MIN } from '../share.ts'
import { legsOf } from '../shared-value.ts'
import { VISITOR } from '../snippets/visitor.ts'
import { count } from '../words.ts'

const SHARE_MIN = 0.8

export const fbpUnstable: Check = {
  code: 'fbp_unstable',
  title: 'The browser cookie changes with every event',
  severity: 'warning',
  about:
    'Visitors who are recognisably the same come with another _fbp each time: the server makes one up for every event, or the cookie cannot be kept. It then ties nothing together.',
  fix: 'Read the cookie _fbp that the pixel has set, and send no fbp when there is none.',
  snippets: VISITOR,
  trigger: ({ sample, nowMs }): Hit[] => {
    const legs = sample
      .flatMap((event) => legsOf(event, 'server').slice(0, 1))
      .filter((leg) => leg.event.user_data.fbp !== undefined && visitorOf(leg) !== undefined)
    const visitors = [...Map.groupBy(legs, visitorOf).values()].filter((own) => own.length > 1)
    const repeated = visitors.reduce((sum, own) => sum + own.length, 0)
    const changing = visitors
      .filter((own) => new Set(own.map((leg) => leg.event.user_data.fbp)).size === own.length)
      .reduce((sum, own) => sum + own.length, 0)
    if (changing < AFFECTED_MIN || changing < SHARE_MIN * repeated) return []
    const oldest = Math.min(...legs.map(({ envelope }) => envelope.received_at_ms))
    return [
      {
        subject: { side: 'server' },
        affected: changing,
        total: repeated,
        hours: Math.max(1, Math.ceil((nowMs - oldest) / 3_600_000)),
        words: `${count(changing)} of ${count(repeated)} recent server reports of returning visitors carry an _fbp that the visitor had never before.`,
        picks: (event) =>
          legsOf(event, 'server').some((leg) => leg.event.user_data.fbp !== undefined),
      },
    ]
  },
}

/** One device of one person. */
function visitorOf({ event: { user_data: user } }: Leg): string | undefined {
  const who = user.external_id?.[0] ?? user.em?.[0]
  return who && user.client_user_agent ? `${who} ${user.client_user_agent}` : undefined
}
