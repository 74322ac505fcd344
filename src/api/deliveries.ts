/**
 * Routes about deliveries: search, the story of one, and sending again what waits or was refused.
 * A page of them reads the events that they carry, a bounded number of each.
 */
import type { z } from 'zod'
import { TwofoldError } from '../errors.ts'
import type { StoredEvent } from '../event/shape.ts'
import { DELIVERIES_PAGE_MAX, DELIVERY_SEARCH_EVENTS_MAX, PAGE_READS_MAX } from '../limits.ts'
import type { DeliveryKey, DeliveryQuery, DeliveryRow } from '../store/outbox.ts'
import {
  deliveriesQuerySchema,
  deliveriesSchema,
  type deliverySchema,
  deliveryStorySchema,
  requeuedSchema,
  requeueSchema,
} from './destination-schemas.ts'
import { waitingOf } from './destination-status.ts'
import { existing, keyOf } from './destinations.ts'
import { viewEvent } from './events.ts'
import type { Context } from './ports.ts'
import { type Call, type Route, route } from './route.ts'

type DeliveryView = z.infer<typeof deliverySchema>
type Query = z.output<typeof deliveriesQuerySchema>

export const deliveryRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/datasets/{id}/deliveries',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'Search the deliveries of a dataset',
    description:
      'Filters combine. Those that wait or were rejected are kept; delivered ones are found for ' +
      'seven days, the last 10,000 requests of each destination.',
    query: deliveriesQuerySchema,
    answer: { status: 200, description: 'A page of them.', schema: deliveriesSchema },
    run: async ({ id, query }, context) => {
      const { rows, cursor } = await search(context, id, query)
      return { deliveries: await viewsOf(context, id, rows), next_cursor: cursor ?? null }
    },
  }),
  route({
    method: 'GET',
    path: '/api/datasets/{id}/deliveries/{delivery_id}',
    auth: { needs: 'read', on: 'dataset' },
    summary: 'Read one delivery: the event, what leaves, what was answered',
    answer: { status: 200, description: 'Its story.', schema: deliveryStorySchema },
    run: ({ id, params }, context) => story(context, parseId(id, params.delivery_id ?? '')),
  }),
  route({
    method: 'POST',
    path: '/api/datasets/{id}/destinations/{destination_id}/requeue',
    auth: { needs: 'develop', on: 'dataset' },
    history: 'deliveries.requeued',
    summary: 'Send again what was rejected or waits: one, by filter, or all',
    description:
      'Under the same event ids, so that the destination counts none twice. An id that is not ' +
      'known is refused, and nothing is sent then.',
    body: requeueSchema,
    answer: { status: 200, description: 'How many are sent again.', schema: requeuedSchema },
    run: async (call, context) => {
      existing(call, context)
      const { states, code, delivery_ids } = call.body
      const { store, relay, nowMs } = context
      const keys = delivery_ids?.map((one) => parseId(call.id, one))
      if (keys) await refuseUnknown(keys, call, context)
      const requeued = await store.requeue({
        ...keyOf(call),
        states,
        ...(code === undefined ? {} : { code }),
        ...(keys ? { keys } : {}),
        now_ms: nowMs(),
      })
      // A hold would make them wait for its next probe; asking is what the person wants.
      const isHeld = relay
        .alarms(call.id)
        .some(({ destination_id }) => destination_id === keyOf(call).destination_id)
      if (isHeld && states.includes('held')) await relay.retry(keyOf(call))
      else relay.wake()
      return { requeued, waiting: await waitingOf(context, keyOf(call)) }
    },
  }),
]

/** One that was sent meanwhile, or is on its way already, is no mistake of whoever asks. */
async function refuseUnknown(
  keys: readonly DeliveryKey[],
  call: Pick<Call<unknown, unknown>, 'id' | 'params'>,
  { store }: Context,
): Promise<void> {
  const { destination_id } = keyOf(call)
  const standings = await store.standings(keys)
  const unknown = keys.find((key, index) => {
    const { state, delivered = false } = standings[index] ?? {}
    return key.destination_id !== destination_id || (state === undefined && !delivered)
  })
  if (unknown)
    throw new TwofoldError('delivery_not_found', `There is none with id ${idOf(unknown)}.`)
}

/** What left or waits of one event, all its copies. */
export async function deliveriesOf(
  context: Context,
  dataset_id: string,
  seq: number,
): Promise<DeliveryView[]> {
  const { rows } = await readPage(context, { dataset_id, seq, limit: DELIVERIES_PAGE_MAX })
  return viewsOf(context, dataset_id, rows)
}

async function search(
  context: Context,
  datasetId: string,
  query: Query,
): Promise<{ rows: readonly DeliveryRow[]; cursor: string | undefined }> {
  const { event_id, order_id, destination_id, state, code, from, to, limit = 0, cursor } = query
  const wanted: DeliveryQuery = {
    dataset_id: datasetId,
    ...(destination_id === undefined ? {} : { destination_id }),
    ...(state === undefined ? {} : { states: state }),
    ...(code === undefined ? {} : { code }),
    ...(from === undefined ? {} : { from_ms: from * 1000 }),
    ...(to === undefined ? {} : { to_ms: to * 1000 }),
    ...(cursor === undefined ? {} : { cursor }),
    limit,
  }
  if (event_id === undefined && order_id === undefined) return readPage(context, wanted)
  const { events } = await context.store.events({
    dataset_id: datasetId,
    ...(event_id === undefined ? {} : { event_id }),
    ...(order_id === undefined ? {} : { order_id }),
    limit: DELIVERY_SEARCH_EVENTS_MAX,
  })
  const rows: DeliveryRow[] = []
  for (const { legs } of events) {
    rows.push(...(await readPage(context, { ...wanted, seq: legs[0].seq })).rows)
  }
  return { rows: rows.slice(0, limit), cursor: undefined }
}

/** Fills the page by several bounded reads, as the event log does. */
async function readPage(
  { store }: Context,
  query: DeliveryQuery,
): Promise<{ rows: DeliveryRow[]; cursor: string | undefined }> {
  const rows: DeliveryRow[] = []
  let { cursor } = query
  for (let reads = 0; reads < PAGE_READS_MAX; reads++) {
    const page = await store.deliveries({
      ...query,
      limit: query.limit - rows.length,
      ...(cursor === undefined ? {} : { cursor }),
    })
    rows.push(...page.deliveries)
    cursor = page.next_cursor
    if (cursor === undefined || rows.length >= query.limit) break
  }
  return { rows, cursor }
}

async function viewsOf(
  context: Context,
  datasetId: string,
  rows: readonly DeliveryRow[],
): Promise<DeliveryView[]> {
  const seqs = [...new Set(rows.map(({ seq }) => seq))]
  const events = await Promise.all(seqs.map((seq) => eventAt(context, datasetId, seq)))
  const bySeq = new Map(seqs.map((seq, index) => [seq, events[index]]))
  return rows.map((row) => viewOf(row, bySeq.get(row.seq)))
}

async function story(context: Context, key: DeliveryKey): Promise<unknown> {
  const { dataset_id, destination_id, seq, leg_seq } = key
  const query = { dataset_id, destination_id, seq, limit: context.destinations.types().length + 50 }
  const { rows } = await readPage(context, query)
  const row = rows.find((one) => one.leg_seq === leg_seq)
  if (!row) throw new TwofoldError('delivery_not_found', `There is none with id ${idOf(key)}.`)
  const event = await eventAt(context, dataset_id, seq)
  const made = event
    ? context.preview.payload(
        { dataset_id, destination_id },
        { event, leg_seq, under_rules: row.under_rules },
      )
    : { problem: { code: 'erased', detail: 'The event is not stored any more.' } }
  return {
    delivery: viewOf(row, event),
    payload: 'payload' in made ? made.payload : null,
    payload_problem: 'problem' in made ? made.problem : null,
    event: event ? viewEvent(event) : null,
  }
}

/** The event whose kept leg has this seq. */
async function eventAt(
  { store }: Context,
  datasetId: string,
  seq: number,
): Promise<StoredEvent | undefined> {
  const { events } = await store.events({ dataset_id: datasetId, limit: 1, before_seq: seq + 1 })
  const [event] = events
  return event?.legs[0].seq === seq ? event : undefined
}

const FINAL: ReadonlySet<DeliveryRow['state']> = new Set(['delivered', 'rejected', 'held'])

function viewOf(row: DeliveryRow, event: StoredEvent | undefined): DeliveryView {
  const { destination_id, seq, leg_seq, state, attempts, exchange } = row
  return {
    delivery_id: idOf(row),
    destination_id,
    seq,
    leg_seq,
    copy: copyOf(leg_seq, event),
    state,
    attempts,
    created_ms: Math.floor(row.created_ms),
    due_ms: FINAL.has(state) ? null : Math.floor(row.due_ms),
    settled_ms: row.settled_ms === undefined ? null : Math.floor(row.settled_ms),
    code: row.code ?? null,
    detail: row.detail ?? null,
    exchange: exchange ? { ...exchange } : null,
    event: event ? carried(event) : null,
  }
}

function carried({ legs }: StoredEvent): DeliveryView['event'] {
  const { event, envelope, seq } = legs[0]
  const orderId = event.custom_data?.order_id
  return {
    event_name: event.event_name,
    event_id: event.event_id ?? `twofold:${envelope.dataset_id}:${seq}`,
    event_time: event.event_time,
    order_id: orderId === undefined ? null : String(orderId),
  }
}

function copyOf(legSeq: number, event: StoredEvent | undefined): DeliveryView['copy'] {
  if (legSeq === 0) return 'merged'
  return event?.legs.find(({ seq }) => seq === legSeq)?.envelope.channel ?? 'other'
}

const idOf = ({ destination_id, seq, leg_seq }: DeliveryKey): string =>
  `${destination_id}.${seq}.${leg_seq}`

function parseId(dataset_id: string, text: string): DeliveryKey {
  const [, destination_id, seq, leg_seq] = /^(\w{1,60})\.(\d{1,15})\.(\d{1,15})$/.exec(text) ?? []
  if (destination_id === undefined) {
    const words = `${JSON.stringify(text.slice(0, 60))} is none: an id looks like d_k3f9ab.17.0.`
    throw new TwofoldError('delivery_not_found', words)
  }
  return { dataset_id, destination_id, seq: Number(seq), leg_seq: Number(leg_seq) }
}
