/** Routes of the reports: read the counters of a window, answer their fold. */
import { type Route, route } from './route.ts'
import { summarySchema, timelineQuerySchema, timelineSchema, windowQuerySchema } from './schemas.ts'
import { summaryOf, TIMELINE_METRICS, timelineOf } from './summary.ts'
import type { Summary, Timeline } from './types.ts'
import { hoursOf, stepsOf } from './window.ts'

export const reportRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/summary',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'What was received, and what became of it',
    description:
      'received = duplicates + dropped + rejected + counted, in every row. Read from counters kept ' +
      'by the hour in which an event arrived, so it costs the same at any size; hours that overlap ' +
      'the window are covered whole.',
    query: windowQuerySchema,
    answer: { status: 200, description: 'The summary.', schema: summarySchema },
    run: async ({ id, query }, { store, nowMs }): Promise<Summary> => {
      const { from, to } = hoursOf(query, nowMs())
      const read = await store.counters({ dataset_id: id, from_s: from, to_s: to, by: 'total' })
      return { dataset_id: id, from, to, ...summaryOf(read.counters, read.money) }
    },
  }),
  route({
    method: 'GET',
    path: '/api/datasets/{id}/timeline',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'The summary by hour or day, for charts',
    query: timelineQuerySchema,
    answer: {
      status: 200,
      description: 'One point per step, empty ones too.',
      schema: timelineSchema,
    },
    run: async ({ id, query }, { store, nowMs }): Promise<Timeline> => {
      const { from, to, step, stepS } = stepsOf(query, nowMs())
      const range = { dataset_id: id, from_s: from, to_s: to }
      const read = await store.counters({ ...range, by: step, metrics: TIMELINE_METRICS })
      const rows = read.counters.filter(
        (row) => query.event_name === undefined || row.event_name === query.event_name,
      )
      return { dataset_id: id, from, to, step, points: timelineOf(rows, { from, to, stepS }) }
    },
  }),
]
