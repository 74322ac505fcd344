/**
 * The route of the measured match rate: how many events are of somebody already known in the data
 * of this dataset. Answers at once with what was measured last; match-measurer.ts measures.
 */
import { wilson } from '../quality/wilson.ts'
import type { MeasuredName } from './match-measurer.ts'
import { measuredMatchSchema } from './measured-match-schemas.ts'
import { qualityQuerySchema } from './quality-schemas.ts'
import { qualityWindow } from './quality-window.ts'
import { type Route, route } from './route.ts'
import type { MeasuredMatchAnswer } from './types.ts'

export const measuredMatchRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/quality/measured',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'How many events are of somebody already known, measured in your own data',
    description:
      'Of a sample of the counted events of each name: the share whose e-mail, phone, external_id ' +
      'or browser an earlier conversion had named. Measured in the background and kept for ten ' +
      'minutes; `state` is `measuring` until there is something. Says nothing about accounts at Meta.',
    query: qualityQuerySchema,
    answer: { status: 200, description: 'The measurement.', schema: measuredMatchSchema },
    run: async ({ id, query }, { measurer, nowMs }): Promise<MeasuredMatchAnswer> => {
      const window = qualityWindow(query, nowMs())
      const found = measurer.of(id, window)
      const about = { dataset_id: id, ...window }
      if (!found) return { ...about, ...NOTHING_YET }
      const { count, events, since_s } = found.people
      return {
        ...about,
        state: 'ready',
        measured_at: Math.floor(found.measured_at_ms / 1000),
        sampled_from: found.sampled_from_s,
        people: { known: count, events, since: since_s },
        events: found.names.map(view),
      }
    },
  }),
]

const NOTHING_YET = {
  ...{ state: 'measuring', measured_at: null, sampled_from: null, people: null },
  events: [],
} as const satisfies Partial<MeasuredMatchAnswer>

function view({ sample, by_person, by_browser, ...name }: MeasuredName) {
  const known = by_person + by_browser
  const share = sample === 0 ? null : known / sample
  return { ...name, n: sample, known, share, ...wilson(known, sample), by_person, by_browser }
}
