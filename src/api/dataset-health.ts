/**
 * GET /api/datasets/{id}/health: one dataset at a glance, for the first page: the last hour beside
 * its usual, what waits on its way out, and what of the setup is still to be done. Reads counters.
 */
import { TwofoldError } from '../errors.ts'
import { hourHealth, SETUP_METRICS, setupOf, USUAL_DAYS } from '../quality/health.ts'
import { datasetHealthSchema } from './dataset-health-schema.ts'
import type { Context } from './ports.ts'
import { type Route, route } from './route.ts'
import type { DatasetHealth } from './types.ts'

const DAY_S = 86_400
const SETUP_DAYS = 28

export const datasetHealthRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/health',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'How a dataset is: last hour, deliveries, setup',
    answer: { status: 200, description: 'Its health.', schema: datasetHealthSchema },
    run: async ({ id }, context): Promise<DatasetHealth> => {
      const { access, store, nowMs } = context
      const dataset = access.findDataset(id)
      if (!dataset) throw new TwofoldError('dataset_not_found', `There is none with id ${id}.`)
      const nowS = Math.floor(nowMs() / 1000)
      const asked = { dataset_id: id, to_s: nowS + 1 }
      const [hours, totals, deliveries] = await Promise.all([
        store.counters({
          ...asked,
          by: 'hour',
          from_s: nowS - (USUAL_DAYS + 1) * DAY_S,
          metrics: ['received'],
        }),
        store.counters({
          ...asked,
          by: 'total',
          from_s: nowS - SETUP_DAYS * DAY_S,
          metrics: SETUP_METRICS,
        }),
        deliveriesOf(context, id),
      ])
      const { destinations, delivered } = deliveries
      const domains = dataset.allowed_domains.length
      const setup = setupOf({ rows: totals.counters, destinations, delivered, domains })
      return { dataset_id: id, hour: hourHealth(hours.counters, nowS), deliveries, setup }
    },
  }),
]

async function deliveriesOf(
  { store, relay, destinations }: Context,
  id: string,
): Promise<DatasetHealth['deliveries']> {
  const known = destinations.list(id)
  const status = await store.destinationStatus(id)
  const own = status.filter((one) =>
    known.some(({ destination_id }) => destination_id === one.destination_id),
  )
  const sum = (...states: readonly (keyof (typeof own)[number]['states'])[]): number =>
    own.reduce((all, one) => all + states.reduce((part, state) => part + one.states[state], 0), 0)
  return {
    destinations: known.filter(({ enabled }) => enabled).length,
    waiting: sum('pending', 'leased'),
    retrying: sum('retrying'),
    held: sum('held'),
    rejected: sum('rejected'),
    delivered: sum('delivered'),
    alarms: relay.alarms(id).map(({ destination_id, detail }) => ({
      destination_id,
      name: known.find((one) => one.destination_id === destination_id)?.name ?? destination_id,
      detail,
    })),
  }
}
